import { Alert, Anchor, Badge, Button, Group, Stack, Switch, Text } from "@mantine/core";
import { lazy, Suspense, useCallback, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { Link, useLocation, useSearch } from "wouter";

import { useWho } from "../api/session";
import { EmptyState } from "../parts/EmptyState";
import { useShortcuts } from "../shell/keyboard";
import { bucketOf } from "./buckets";
import { COLUMNS, useColumns } from "./columns";
import { ExportMenu } from "./ExportMenu";
import { FeedRows } from "./FeedRows";
import { ColumnMenu, FilterBar } from "./FilterBar";
import { filtersOf } from "./filters";
import { Histogram } from "./Histogram";
import { PERIODS } from "./periods";
import { SavedFilters } from "./SavedFilters";
import { useFeed } from "./useFeed";
import { useHistogram } from "./useHistogram";
import { useLive } from "./useLive";
import { usePending } from "./usePending";

const ReplayAll = lazy(() => import("../replays/ReplayAll"));
const RETENTION_MS = 30 * 86_400_000;

/** The whole log, filtered by what stands in the URL. */
export function FeedPage() {
  const search = useSearch();
  const [, go] = useLocation();
  const filters = useMemo(() => filtersOf(search), [search]);
  const asked = new URLSearchParams(search);
  const period = asked.get("last") ?? "";
  const isLive = asked.get("live") === "1";
  const [problemOfLive, setProblemOfLive] = useState(true);
  const input = useRef<HTMLInputElement>(null);
  const { store, question, refresh } = useFeed(filters, period);
  const isEmpty = useSyncExternalStore(store.subscribe, () => store.isEmpty);
  const { series, bucket, error: countsError } = useHistogram(question, bucketOf(lengthOfQuestion(filters, period)), isLive ? 5_000 : false);
  const live = useLive(filters.toString(), isLive, {
    onEntries: (entries) => store.prepend(entries),
    onGap: () => void store.freshen(),
  });
  const pending = usePending();
  const mayWrite = useWho().can.includes("events:write");
  const [replaying, setReplaying] = useState<string | null>(null);
  const { columns, shown, setShown } = useColumns();

  const show = useCallback(
    (changed: URLSearchParams, last: string, live: boolean) => {
      const url = new URLSearchParams(changed);
      if (last !== "" && !url.has("from_date") && !url.has("to_date")) url.set("last", last);
      if (live) url.set("live", "1");
      go(`/${url.size === 0 ? "" : `?${url}`}`);
    },
    [go],
  );
  const toggleLive = () => {
    setProblemOfLive(true);
    show(filters, period, !isLive);
  };
  useShortcuts({
    "/": () => input.current?.focus(),
    l: toggleLive,
  });

  return (
    <Stack gap="sm" style={{ height: "max(100dvh - 48px - 2 * var(--mantine-spacing-md), 480px)" }}>
      <Group gap="xs" align="flex-start">
        <FilterBar filters={filters} period={period} onChange={(changed) => show(changed, period, isLive)} onPeriod={(chosen) => show(withoutDates(filters), chosen, isLive)} input={input} />
        <Group gap={8} mih={36}>
          <Switch checked={isLive} onChange={toggleLive} label={isLive ? liveLabel(live) : "Live"} aria-label="Live" size="sm" />
          <Button variant="default" size="xs" onClick={refresh}>
            Refresh
          </Button>
          <SavedFilters filters={filters} onPick={(picked) => show(picked, "", isLive)} />
          {mayWrite && (
            <Button variant="default" size="xs" onClick={() => setReplaying(question)}>
              Replay
            </Button>
          )}
          <ColumnMenu all={COLUMNS} shown={shown} onChange={setShown} />
          <ExportMenu question={question} />
        </Group>
      </Group>
      {!isEmpty && countsError === null && (
        <Histogram series={series} bucket={bucket} onRange={(from, to) => show(ranged(filters, from, to), "", false)} />
      )}
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed" aria-live="polite">
          {series === undefined ? "Counting…" : `${series.total.toLocaleString("en")} events`}
          {filters.size > 0 || period !== "" ? " with these filters" : ""}
        </Text>
        {pending.count > 0 && (
          <Badge component={Link} href="/pending" variant="light" color="blue" tt="none">
            {pending.isMore ? `${pending.count}+` : pending.count} pending
          </Badge>
        )}
      </Group>
      {live === "broken" && problemOfLive && (
        <Alert color="yellow" withCloseButton onClose={() => setProblemOfLive(false)} py={6}>
          The live view cannot be reached at the moment; the table below stays as it is.
        </Alert>
      )}
      {isEmpty ? (
        <NothingHere isFiltered={filters.size > 0 || period !== ""} isBounded={isOfPeriod(filters, period)} onClear={() => show(new URLSearchParams(), "", isLive)} />
      ) : (
        <FeedRows store={store} columns={columns} from={fromOf(search)} />
      )}
      {replaying !== null && (
        <Suspense>
          <ReplayAll question={replaying} onClose={() => setReplaying(null)} />
        </Suspense>
      )}
    </Stack>
  );
}

function NothingHere({ isFiltered, isBounded, onClear }: { isFiltered: boolean; isBounded: boolean; onClear: () => void }) {
  if (isFiltered) {
    const searched = isBounded ? "Only the chosen period was searched. Choose a longer one, take a filter away," : "All that is retained was searched. Take a filter away,";
    return (
      <EmptyState title="No event matches" text={`${searched} or look under another event name.`}>
        <Button variant="light" size="xs" onClick={onClear}>
          Clear all filters
        </Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No events yet" text="As soon as a source pushes to one of your webhooks, its events appear here.">
      <Anchor component={Link} href="/start">
        Push the first one in three steps
      </Anchor>
    </EmptyState>
  );
}

function liveLabel(state: string): string {
  return state === "on" ? "Live" : state === "broken" ? "Not live" : "Connecting…";
}

/** The way back from an event page: the feed's own parameters. */
function fromOf(search: string): string {
  return search === "" ? "" : `?from=${encodeURIComponent(search)}`;
}

function withoutDates(filters: URLSearchParams): URLSearchParams {
  const changed = new URLSearchParams(filters);
  changed.delete("from_date");
  changed.delete("to_date");
  return changed;
}

function ranged(filters: URLSearchParams, from: number, to: number): URLSearchParams {
  const changed = new URLSearchParams(filters);
  changed.set("from_date", String(from));
  changed.set("to_date", String(to));
  return changed;
}

function isOfPeriod(filters: URLSearchParams, period: string): boolean {
  return period !== "" || filters.has("from_date") || filters.has("to_date");
}

function lengthOfQuestion(filters: URLSearchParams, period: string): number {
  const from = instantOf(filters.get("from_date"));
  if (from !== null) return Math.max(1, (instantOf(filters.get("to_date")) ?? Date.now()) - from);
  return PERIODS.find((one) => one.value === period)?.ms || RETENTION_MS;
}

function instantOf(text: string | null): number | null {
  if (text === null || text === "") return null;
  const found = /^\d{10,}$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isNaN(found) ? null : found;
}
