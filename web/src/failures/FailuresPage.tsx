import { Anchor, Button, Card, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link, useLocation, useSearch } from "wouter";

import { read } from "../api/client";
import { useWho } from "../api/session";
import { filtersOf } from "../feed/filters";
import { PERIODS, questionOf } from "../feed/periods";
import { EmptyState } from "../parts/EmptyState";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { Prose } from "../parts/Prose";
import { StatusBadge } from "../parts/StatusBadge";
import { Time } from "../parts/time";
import ReplayAll from "../replays/ReplayAll";
import { Pattern } from "./Pattern";
import { Sparkline } from "./Sparkline";

export interface Failure {
  status?: string;
  eventName?: string;
  pattern: string;
  count: number;
  firstSeen: number;
  lastSeen: number;
  trend: number[];
  sampleIds: string[];
  suggestion: string;
}

const SHOWN = PERIODS.filter((one) => ["1h", "24h", "7d", ""].includes(one.value));

/** Failures by their cause, the most frequent first. */
export default function FailuresPage() {
  const search = useSearch();
  const [, go] = useLocation();
  const period = new URLSearchParams(search).get("last") ?? "24h";
  const filters = useMemo(() => filtersOf(search), [search]);
  const failures = useQuery({
    queryKey: ["failures", filters.toString(), period],
    queryFn: async ({ signal }) => {
      const asked = new URLSearchParams(questionOf(filters, period, Date.now()));
      const answer = await read("/v2/events/logs/failures", asked, signal);
      return ((await answer.json()) as { data: Failure[] }).data;
    },
  });
  const choose = (last: string) => {
    const changed = new URLSearchParams(filters);
    changed.set("last", last);
    go(`/failures?${changed}`);
  };
  return (
    <Page
      title="Failures"
      text="What went wrong, grouped by cause, with what to do about it"
      actions={<SegmentedControl size="xs" data={SHOWN.map(({ value, label }) => ({ value, label }))} value={period} onChange={choose} aria-label="Period" />}
    >
      <Loaded query={failures}>
        {(found) =>
          found.length === 0 ? (
            <EmptyState title="No failures" text="Every event of this period went through." />
          ) : (
            <Stack>
              {found.map((one) => (
                <Cause
                  period={period}
                  isAlone={found.filter((other) => other.status === one.status && other.eventName === one.eventName).length === 1}
                  key={`${one.status ?? ""} ${one.eventName ?? ""} ${one.pattern}`} failure={one} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Page>
  );
}

/** The filters that find the failures of a cause; words tell causes of one status and event apart. */
function filtersOfCause(failure: Failure, isAlone: boolean): URLSearchParams {
  const filters = new URLSearchParams({ status: failure.status ?? "UNAUTHORIZED", ...(failure.eventName === undefined ? {} : { event_name: failure.eventName }) });
  const words = failure.pattern.split("{}").join(" ").trim();
  if (!isAlone && words !== "") filters.set("q", words);
  return filters;
}

function Cause({ failure, isAlone, period }: { failure: Failure; isAlone: boolean; period: string }) {
  const [question, setQuestion] = useState<string | null>(null);
  const mayWrite = useWho().can.includes("events:write");
  const status = failure.status ?? "UNAUTHORIZED";
  const filters = filtersOfCause(failure, isAlone);
  const inFeed = new URLSearchParams(filters);
  if (period !== "") inFeed.set("last", period);
  return (
    <Card withBorder component="section" aria-label={failure.pattern}>
      <Group justify="space-between" align="flex-start">
        <Stack gap={6} style={{ minWidth: 0, flex: "1 1 280px" }}>
          <Group gap="xs">
            <StatusBadge status={status} />
            <Text fw={600}>{failure.eventName ?? "no event name"}</Text>
            <Text size="sm" c="dimmed">
              <Time ms={failure.firstSeen} /> to <Time ms={failure.lastSeen} />
            </Text>
          </Group>
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            <Pattern text={failure.pattern} />
          </Text>
          <Text size="sm">
            <Prose text={failure.suggestion} />
          </Text>
          <Group gap="sm">
            {mayWrite && (
              <Button size="compact-sm" variant="light" onClick={() => setQuestion(questionOf(filters, period, Date.now()))}>
                Replay all of these
              </Button>
            )}
            <Anchor component={Link} href={`/?${inFeed}`} size="sm">
              In the feed
            </Anchor>
            {failure.sampleIds.slice(0, 3).map((id) => (
              <Anchor key={id} component={Link} href={`/events/${id}`} size="sm" className="mono">
                {id.slice(0, 8)}…
              </Anchor>
            ))}
          </Group>
        </Stack>
        <Group gap="sm" align="flex-end">
          <Sparkline values={failure.trend} label={`${failure.count} failures`} />
          <Text fw={650} size="lg">
            {failure.count.toLocaleString("en")}
          </Text>
        </Group>
      </Group>
      {question !== null && <ReplayAll question={question} onClose={() => setQuestion(null)} />}
    </Card>
  );
}
