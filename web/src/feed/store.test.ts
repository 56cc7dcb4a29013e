import { describe, expect, it } from "vitest";

import type { Entry } from "../api/client";
import { FeedStore, type FetchedPage, FRESH_MAX, PAGE_ROWS } from "./store";

const TOTAL = 1_050;

function entry(number: number): Entry {
  return {
    startTime: number,
    responseTime: 1,
    orgId: 1,
    status: "EVENT_SUCCESS",
    inputRequest: "{}",
    id: `id-${number}`,
    webhookId: "w",
    parentOrgId: -1,
    message: "",
  };
}

/** Every page has as many rows, and new entries come in above the first at any time. */
function movingServer() {
  let newest = 0;
  return {
    move: (rows: number) => {
      newest -= rows;
    },
    fetch: (parameters: URLSearchParams) => {
      const start = Number(parameters.get("cursor") ?? String(newest));
      const entries = Array.from({ length: PAGE_ROWS }, (_, at) => entry(start + at));
      return Promise.resolve({ entries, next: new URLSearchParams({ cursor: String(start + PAGE_ROWS) }) });
    },
  };
}

/** Answers when it is told to; `asked` has one promise's ends for each call. */
function heldServer() {
  const asked: { signal: AbortSignal; answer: (first: number, rows: number) => void; fail: () => void }[] = [];
  return {
    asked,
    fetch: (_: URLSearchParams, signal: AbortSignal) =>
      new Promise<FetchedPage>((resolve, reject) => {
        const answer = (first: number, rows: number) => resolve({ entries: Array.from({ length: rows }, (__, at) => entry(first + at)), next: null });
        asked.push({ signal, answer, fail: () => reject(new Error("down")) });
      }),
  };
}

function server() {
  const asked: number[] = [];
  return {
    asked,
    fetch: (parameters: URLSearchParams) => {
      const start = Number(parameters.get("cursor") ?? "0");
      asked.push(start);
      const entries = Array.from({ length: Math.min(PAGE_ROWS, TOTAL - start) }, (_, at) => entry(start + at));
      const end = start + entries.length;
      return Promise.resolve({ entries, next: end < TOTAL ? new URLSearchParams({ cursor: String(end) }) : null });
    },
  };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

async function walked(store: FeedStore): Promise<string[]> {
  const seen: string[] = [];
  for (let row = 0; row < store.view().rows; row += 1) {
    if (store.row(row) === undefined) {
      store.want(row, row);
      await settled();
    }
    const found = store.row(row);
    if (found !== undefined) seen.push(found.id);
  }
  return seen;
}

describe("the feed", () => {
  it("shows every entry once, in order", async () => {
    const store = new FeedStore(server().fetch, new URLSearchParams());
    expect(await walked(store)).toEqual(Array.from({ length: TOTAL }, (_, at) => `id-${at}`));
    expect(store.view()).toMatchObject({ rows: TOTAL, isComplete: true, isLoading: false });
  });

  it("fetches a page once however often it is wanted", async () => {
    const behind = server();
    const store = new FeedStore(behind.fetch, new URLSearchParams());
    store.want(0, 10);
    store.want(0, 20);
    await settled();
    store.want(5, 15);
    await settled();
    expect(behind.asked).toEqual([0]);
  });

  it("fetches what follows before it is in sight", async () => {
    const behind = server();
    const store = new FeedStore(behind.fetch, new URLSearchParams());
    store.want(0, 10);
    await settled();
    store.want(95, 99);
    expect(behind.asked).toEqual([0]);
    store.want(100, 104);
    await settled();
    expect(behind.asked).toEqual([0, PAGE_ROWS]);
  });

  it("puts what is new before the first page, each entry once", async () => {
    const store = new FeedStore(server().fetch, new URLSearchParams());
    store.want(0, 10);
    await settled();
    store.prepend([entry(-1), entry(0)]);
    store.prepend([entry(-2), entry(-1)]);
    expect([0, 1, 2].map((row) => store.row(row)?.id)).toEqual(["id--2", "id--1", "id-0"]);
    expect(store.view().fresh).toBe(2);
  });

  it("begins anew when there is too much new, so that nothing is left out", async () => {
    const behind = server();
    const store = new FeedStore(behind.fetch, new URLSearchParams());
    store.want(0, 10);
    await settled();
    store.prepend(Array.from({ length: FRESH_MAX }, (_, at) => entry(-at - 1)));
    expect(store.view().fresh).toBe(FRESH_MAX);
    store.prepend([entry(-FRESH_MAX - 1)]);
    await settled();
    expect(behind.asked).toEqual([0, 0]);
    expect([store.view().fresh, store.row(0)?.id]).toEqual([0, "id-0"]);
  });

  it("fetches what came since, and begins anew where that is more than a page", async () => {
    let newest = 0;
    const store = new FeedStore(
      () => Promise.resolve({ entries: Array.from({ length: PAGE_ROWS }, (_, at) => entry(newest + at)), next: null }),
      new URLSearchParams(),
    );
    store.want(0, 10);
    await settled();
    newest = -3;
    await store.freshen();
    expect([store.view().fresh, store.row(0)?.id, store.row(3)?.id]).toEqual([3, "id--3", "id-0"]);
    newest = -1_000;
    await store.freshen();
    await settled();
    expect([store.view().fresh, store.row(0)?.id, store.row(1)?.id]).toEqual([0, "id--1000", "id--999"]);
  });

  it("stops at an error and goes on when asked to", async () => {
    const behind = server();
    let isDown = true;
    const store = new FeedStore(
      (parameters) => (isDown ? Promise.reject(new Error("down")) : behind.fetch(parameters)),
      new URLSearchParams(),
    );
    store.want(0, 10);
    await settled();
    expect(store.view().error?.message).toBe("down");
    isDown = false;
    store.retry();
    await settled();
    expect(store.view().error).toBeNull();
    expect(store.row(0)?.id).toBe("id-0");
  });

  it("shows every entry once also to whoever comes back from far down while new ones come in", async () => {
    const pages = 50;
    const behind = movingServer();
    const store = new FeedStore(behind.fetch, new URLSearchParams());
    for (let page = 0; page < pages; page += 1) {
      store.want(page * PAGE_ROWS, page * PAGE_ROWS + 10);
      await settled();
    }
    behind.move(3);
    const seen: (string | undefined)[] = [];
    for (let row = 0; row < 2 * PAGE_ROWS; row += 1) {
      store.want(row, row);
      await settled();
      seen.push(store.row(row)?.id);
    }
    expect(seen).toEqual(Array.from({ length: 2 * PAGE_ROWS }, (_, at) => `id-${at}`));
  });

  it("ends an earlier look for new entries when another begins, and every look when it is closed", async () => {
    const behind = heldServer();
    const store = new FeedStore(behind.fetch, new URLSearchParams());
    store.want(0, 10);
    behind.asked[0]?.answer(0, 10);
    await settled();
    const first = store.freshen();
    const second = store.freshen();
    expect(behind.asked.map((one) => one.signal.aborted)).toEqual([false, true, false]);
    behind.asked[1]?.fail();
    await first;
    store.close();
    expect(behind.asked[2]?.signal.aborted).toBe(true);
    behind.asked[2]?.answer(-1, 10);
    await second;
    expect(store.view().fresh).toBe(0);
  });

  it("shows once what came in while the first page was on its way", async () => {
    const behind = heldServer();
    const store = new FeedStore(behind.fetch, new URLSearchParams());
    store.want(0, 10);
    store.prepend([entry(-2), entry(-1)]);
    behind.asked[0]?.answer(-1, 3);
    await settled();
    expect([0, 1, 2, 3, 4].map((row) => store.row(row)?.id)).toEqual(["id--2", "id--1", "id-0", "id-1", undefined]);
    expect(store.view()).toMatchObject({ rows: 4, fresh: 1 });
  });

  it("chooses no row when it begins anew, since no row is what it was", async () => {
    const store = new FeedStore(server().fetch, new URLSearchParams());
    store.want(0, 10);
    await settled();
    store.place.selected = 5;
    store.prepend(Array.from({ length: FRESH_MAX + 1 }, (_, at) => entry(-at - 1)));
    expect(store.place.selected).toBeNull();
  });

  it("begins anew also after an error", async () => {
    const behind = server();
    let isDown = false;
    const store = new FeedStore(
      (parameters) => (isDown ? Promise.reject(new Error("down")) : behind.fetch(parameters)),
      new URLSearchParams(),
    );
    store.want(0, 10);
    await settled();
    isDown = true;
    store.want(PAGE_ROWS, PAGE_ROWS + 10);
    await settled();
    expect(store.view().error?.message).toBe("down");
    isDown = false;
    store.prepend(Array.from({ length: FRESH_MAX + 1 }, (_, at) => entry(-at - 1)));
    await settled();
    expect([store.view().error, store.row(0)?.id]).toEqual([null, "id-0"]);
  });
});
