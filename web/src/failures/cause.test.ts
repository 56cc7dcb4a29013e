import { describe, expect, it } from "vitest";

import { causesOf, EXCLUDED_MAX, type Failure, OBSTACLES } from "./cause";

const FAILURE: Failure = {
  status: "INVALID_EVENT_NAME",
  eventName: "visit",
  pattern: "Invalid event name {}",
  count: 3,
  firstSeen: 1_000,
  lastSeen: 2_000,
  trend: [],
  trendFrom: 0,
  trendBucket: "hour",
  sampleIds: [],
  suggestion: "",
};
const NAMELESS: Failure = { ...FAILURE, eventName: null };
const NONE = new URLSearchParams();

function firstOf(failures: Failure[], page = NONE, isComplete = true) {
  const [first] = causesOf(failures, page, isComplete);
  if (first === undefined) throw new Error("there is one");
  return { filters: first.filters.toString(), obstacle: first.obstacle };
}

const PATTERN = "pattern=Invalid+event+name+%7B%7D";

describe("the filters of a cause", () => {
  it("are its status, pattern and event", () => {
    const others = [{ ...FAILURE, eventName: "other" }, { ...FAILURE, pattern: "another" }];
    const found = { filters: `status=INVALID_EVENT_NAME&${PATTERN}&event_name=visit`, obstacle: null };
    expect(firstOf([FAILURE, ...others])).toEqual(found);
    expect(firstOf([FAILURE, ...others], NONE, false)).toEqual(found);
  });

  it("leave out the named events that fail alike where it has no name itself", () => {
    const others = [FAILURE, { ...FAILURE, eventName: "bill" }, { ...FAILURE, pattern: "another", eventName: "elsewhere" }];
    const filters = `status=INVALID_EVENT_NAME&${PATTERN}&event_name=%21visit&event_name=%21bill`;
    expect(firstOf([NAMELESS, ...others])).toEqual({ filters, obstacle: null });
    expect(firstOf([NAMELESS, ...others], NONE, false)).toEqual({ filters, obstacle: OBSTACLES.isCut });
  });

  it("keep those of the page, but for the ones that the cause makes narrower", () => {
    const page = new URLSearchParams("customer=7&status=!EVENT_SUCCESS&event_name=visit&pattern=!x&attr.store=Palace&order=asc");
    expect(firstOf([FAILURE], page).filters).toBe(`customer=7&attr.store=Palace&status=INVALID_EVENT_NAME&${PATTERN}&event_name=visit`);
    expect(firstOf([NAMELESS, FAILURE], new URLSearchParams("event_name=!bill")).filters).toBe(
      `status=INVALID_EVENT_NAME&${PATTERN}&event_name=%21bill&event_name=%21visit`,
    );
  });

  it("exclude no more names than the API takes, and say so", () => {
    const named = (count: number) => Array.from({ length: count }, (_, at) => ({ ...FAILURE, eventName: `event_${at}` }));
    const of = (count: number) => {
      const { filters, obstacle } = firstOf([NAMELESS, ...named(count)]);
      return [new URLSearchParams(filters).getAll("event_name").length, obstacle];
    };
    expect([of(EXCLUDED_MAX), of(EXCLUDED_MAX + 1)]).toEqual([[EXCLUDED_MAX, null], [EXCLUDED_MAX, OBSTACLES.isAmongMany]]);
  });

  it("do not ask for a name that would read as another one excluded", () => {
    const odd = { ...FAILURE, eventName: "!visit" };
    expect(firstOf([odd, FAILURE])).toEqual({ filters: `status=INVALID_EVENT_NAME&${PATTERN}&event_name=%21visit`, obstacle: OBSTACLES.isOddlyNamed });
  });
});

describe("the question that replays a cause", () => {
  function questionsOf(failures: Failure[], page = NONE, isComplete = true) {
    return causesOf(failures, page, isComplete).map(({ question }) => question);
  }
  const few: Failure = { ...FAILURE, count: 2, sampleIds: ["a", "b"] };

  it("is that of its filters, from the first that was counted to the last", () => {
    expect(questionsOf([FAILURE], new URLSearchParams("q=palace&from_date=1"))).toEqual([
      `q=palace&from_date=1000&status=INVALID_EVENT_NAME&${PATTERN}&event_name=visit&to_date=2000`,
    ]);
  });

  it("is not there where it would find failures of another cause", () => {
    expect(questionsOf([NAMELESS], NONE, false)).toEqual([null]);
    expect(questionsOf([{ ...FAILURE, eventName: "!visit" }])).toEqual([null]);
  });

  it("asks for a few by their ids, whatever is alike", () => {
    expect(questionsOf([{ ...few, eventName: "!visit" }], NONE, false)).toEqual(["id=a&id=b"]);
  });

  it("is not there for events of other orgs", () => {
    const [found] = causesOf([few], new URLSearchParams("scope=child"), true);
    expect([found?.question, found?.obstacle]).toEqual([null, OBSTACLES.isOfChildren]);
  });
});
