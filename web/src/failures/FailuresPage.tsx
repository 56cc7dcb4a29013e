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
import { type Cause, causesOf, type Failure } from "./cause";
import { Pattern } from "./Pattern";
import { Sparkline } from "./Sparkline";

const SHOWN = PERIODS.filter((one) => ["1h", "24h", "7d", ""].includes(one.value));
// More are asked for than are shown: telling one from the others takes all of them.
const ASKED_MAX = 500;
const CAUSES_SHOWN = 50;

interface Found {
  causes: Cause[];
  /** The most frequent ones only. */
  isCut: boolean;
}

/** Failures by their cause, the most frequent first. */
export default function FailuresPage() {
  const search = useSearch();
  const [, go] = useLocation();
  const period = new URLSearchParams(search).get("last") ?? "24h";
  const filters = useMemo(() => filtersOf(search), [search]);
  const failures = useQuery({
    queryKey: ["failures", filters.toString(), period],
    queryFn: async ({ signal }): Promise<Found> => {
      const asked = new URLSearchParams(questionOf(filters, period, Date.now()));
      asked.delete("order");
      asked.set("limit", String(ASKED_MAX));
      const answer = await read("/v2/events/logs/failures", asked, signal);
      const { data, warnings } = (await answer.json()) as { data: Failure[]; warnings: unknown[] };
      const isCut = warnings.length > 0 || data.length > CAUSES_SHOWN;
      return { causes: causesOf(data, filters, warnings.length === 0).slice(0, CAUSES_SHOWN), isCut };
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
        {({ causes, isCut }) =>
          causes.length === 0 ? (
            <EmptyState title="No failures" text="Every event of this period went through." />
          ) : (
            <Stack>
              {causes.map((one) => (
                <CauseCard key={JSON.stringify([one.failure.status, one.failure.eventName, one.failure.pattern])} cause={one} period={period} />
              ))}
              {isCut && (
                <Text size="sm" c="dimmed">
                  These are the most frequent causes; a shorter period may show more.
                </Text>
              )}
            </Stack>
          )
        }
      </Loaded>
    </Page>
  );
}

function CauseCard({ cause, period }: { cause: Cause; period: string }) {
  // As it was when the plan was asked for: the cause is counted anew meanwhile.
  const [planned, setPlanned] = useState<string | null>(null);
  const { failure, filters, question, obstacle } = cause;
  const mayReplay = useWho().can.includes("events:write");
  const inFeed = new URLSearchParams(filters);
  if (period !== "") inFeed.set("last", period);
  return (
    <Card withBorder component="section" aria-label={failure.pattern}>
      <Group justify="space-between" align="flex-start">
        <Stack gap={6} style={{ minWidth: 0, flex: "1 1 280px" }}>
          <Group gap="xs">
            <StatusBadge status={failure.status} />
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
            {mayReplay && question !== null && (
              <Button size="compact-sm" variant="light" onClick={() => setPlanned(question)}>
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
          {mayReplay && obstacle !== null && (
            <Text size="sm" c="dimmed">
              Not to be replayed as one. {obstacle}
            </Text>
          )}
        </Stack>
        <Group gap="sm" align="flex-end">
          <Sparkline values={failure.trend} label={`${failure.count} failures`} />
          <Text fw={650} size="lg">
            {failure.count.toLocaleString("en")}
          </Text>
        </Group>
      </Group>
      {planned !== null && <ReplayAll question={planned} onClose={() => setPlanned(null)} />}
    </Card>
  );
}
