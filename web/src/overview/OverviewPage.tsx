import { Anchor, Card, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Link, useLocation } from "wouter";

import { type Entry, read } from "../api/client";
import { useWho } from "../api/session";
import { bucketOf, seriesOf } from "../feed/buckets";
import { Histogram } from "../feed/Histogram";
import { useCounts } from "../feed/useCounts";
import { usePending } from "../feed/usePending";
import { EmptyState } from "../parts/EmptyState";
import { ErrorState } from "../parts/ErrorState";
import { Page } from "../parts/Page";
import { lengthOf } from "../parts/time";
import { Pattern } from "../failures/Pattern";
import type { Failure } from "../failures/cause";
import { Figure } from "./Figure";
import { Keeping } from "./Keeping";
import { quantile } from "./quantile";
import { lagOf, useUpkeep } from "./upkeep";

const DAY_MS = 86_400_000;
const REFETCH_MS = 10_000;
const SAMPLE = 1_000;

/** How the org's events fare, in one look. */
export default function OverviewPage() {
  const since = useMemo(() => Math.floor((Date.now() - DAY_MS) / 60_000) * 60_000, []);
  const [, go] = useLocation();
  const who = useWho();
  const question = new URLSearchParams({ from_date: String(since) }).toString();
  const counts = useCounts(question, ["time", "status"], "hour", REFETCH_MS);
  const lastHour = new URLSearchParams({ from_date: String(Date.now() - (Date.now() % 60_000) - 3_600_000) }).toString();
  const minutes = useCounts(lastHour, ["time", "status"], "minute", REFETCH_MS);
  const failures = useQuery({
    queryKey: ["failures", "overview"],
    refetchInterval: REFETCH_MS,
    queryFn: async ({ signal }) => {
      const answer = await read("/v2/events/logs/failures", new URLSearchParams({ from_date: String(since) }), signal);
      return ((await answer.json()) as { data: Failure[] }).data.slice(0, 5);
    },
  });
  const took = useQuery({
    queryKey: ["took"],
    refetchInterval: REFETCH_MS,
    queryFn: async ({ signal }) => {
      const answer = await read("/v2/events/logs", new URLSearchParams({ limit: String(SAMPLE) }), signal);
      return ((await answer.json()) as { data: Entry[] }).data.map((entry) => entry.responseTime);
    },
  });
  const pending = usePending();
  const upkeep = useUpkeep(REFETCH_MS);
  const series = counts.data === undefined ? undefined : seriesOf(counts.data, "hour");
  const good = series?.good.reduce((a, b) => a + b, 0) ?? 0;
  const perMinute = minutes.data === undefined ? null : seriesOf(minutes.data, "minute").total / 60;
  return (
    <Page title="Overview" text={`The last 24 hours of ${who.orgName || `org ${who.orgId}`}`}>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }}>
        <Figure isFirst label="Events" value={series === undefined ? "…" : series.total.toLocaleString("en")} hint={perMinute === null ? "" : `${perMinute < 10 ? perMinute.toFixed(1) : Math.round(perMinute)} a minute in the last hour`} />
        <Figure label="Success" value={series === undefined || series.total === 0 ? "–" : `${((good / series.total) * 100).toFixed(1)} %`} hint="of all events, refused ones too" />
        <Figure label="Took" value={took.data === undefined || took.data.length === 0 ? "–" : lengthOf(quantile(took.data, 0.5))} hint={took.data === undefined || took.data.length === 0 ? "" : `p99 ${lengthOf(quantile(took.data, 0.99))}, of the newest ${took.data.length}`} />
        <Figure label="Lag" value={upkeep.data == null ? "–" : lagOf(upkeep.data)} hint={upkeep.data == null ? "" : `${upkeep.data.waitingEvents.toLocaleString("en")} accepted and not yet worked on`} />
        <Figure label="Pending" value={`${pending.count}${pending.isMore ? "+" : ""}`} hint="wait for their consumer" href="/pending" />
      </SimpleGrid>
      <Card withBorder>
        {series !== undefined && series.total === 0 ? (
          <EmptyState title="A quiet day" text="No events came in the last 24 hours." />
        ) : (
          <Histogram series={series} bucket={bucketOf(DAY_MS)} onRange={(from, to) => go(`/?from_date=${from}&to_date=${to}`)} />
        )}
      </Card>
      <Card withBorder>
        <Group justify="space-between" mb="xs">
          <Text fw={600}>Top failures</Text>
          <Anchor component={Link} href="/failures" size="sm">
            All
          </Anchor>
        </Group>
        {failures.data?.length === 0 && (
          <Text size="sm" c="dimmed">
            None in the last 24 hours.
          </Text>
        )}
        <Stack gap={8}>
          {failures.data?.map((one) => (
            <Group key={`${one.status ?? ""} ${one.eventName ?? ""} ${one.pattern}`} justify="space-between" wrap="nowrap">
              <Text size="sm" className="clip">
                <b>{one.eventName ?? "no event name"}</b> <Pattern text={one.pattern} />
              </Text>
              <Text size="sm" fw={600}>
                {one.count.toLocaleString("en")}
              </Text>
            </Group>
          ))}
        </Stack>
      </Card>
      {upkeep.isError && <ErrorState error={upkeep.error} onRetry={() => void upkeep.refetch()} />}
      {upkeep.data != null && <Keeping upkeep={upkeep.data} />}
    </Page>
  );
}
