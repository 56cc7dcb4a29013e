import { Anchor, Badge, Button, Card, Group, Stack, Text, TextInput, Timeline } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link, useLocation } from "wouter";

import { type Entry, nextPage, read } from "../api/client";
import { EmptyState } from "../parts/EmptyState";
import { ErrorState } from "../parts/ErrorState";
import { Page } from "../parts/Page";
import { StatusBadge } from "../parts/StatusBadge";
import { colorOf, statusOf } from "../parts/statuses";
import { Time, useClock } from "../parts/time";

const PAGE = 50;

/** Everything that came about one customer, by any of their identifiers. */
export default function CustomerPage({ customer }: { customer?: string }) {
  return (
    <Page title={customer === undefined ? "Customers" : "Customer"} text="Everything that came about one customer, by any identifier">
      <Search first={customer ?? ""} />
      {customer !== undefined && customer !== "" && <Story customer={customer} />}
    </Page>
  );
}

function Search({ first }: { first: string }) {
  const [typed, setTyped] = useState(first);
  const [, go] = useLocation();
  function submit(event: FormEvent) {
    event.preventDefault();
    const wanted = identifierOf(typed);
    if (wanted !== "") go(`/customers/${encodeURIComponent(wanted)}`);
  }
  return (
    <form onSubmit={submit}>
      <Group gap="xs" align="flex-end">
        <TextInput label="Mobile, e-mail, user id or type:value" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} placeholder="919800000001" w={360} maw="100%" autoFocus={first === ""} />
        <Button type="submit">Look</Button>
      </Group>
    </form>
  );
}

/** What was typed as the customer filter takes it: a bare user id, or type and value. */
export function identifierOf(typed: string): string {
  const text = typed.trim();
  if (text === "" || /^[A-Za-z_]+:/.test(text)) return text;
  if (/^[^\s@]+@[^\s@]+$/.test(text)) return `email:${text}`;
  return /^\+?\d{10,15}$/.test(text) ? `mobile:${text}` : text;
}

function Story({ customer }: { customer: string }) {
  const clock = useClock();
  const events = useInfiniteQuery({
    queryKey: ["customer", customer],
    initialPageParam: new URLSearchParams({ customer, limit: String(PAGE) }).toString(),
    queryFn: async ({ pageParam, signal }) => {
      const answer = await read("/v2/events/logs", new URLSearchParams(pageParam), signal);
      return { entries: ((await answer.json()) as { data: Entry[] }).data, next: nextPage(answer)?.toString() };
    },
    getNextPageParam: (page) => page.next,
  });
  if (events.isError) return <ErrorState error={events.error} onRetry={() => void events.refetch()} />;
  const entries = events.data?.pages.flatMap((page) => page.entries) ?? [];
  if (!events.isPending && entries.length === 0) {
    return (
      <EmptyState title="Nothing came about this customer" text="Neither under this identifier as it was sent, nor for whom it belongs to. The source may name the customer in another field.">
        <Anchor component={Link} href={`/?q=${encodeURIComponent(customer.replace(/^[^:]*:/, ""))}`}>
          Look for the value in every input
        </Anchor>
      </EmptyState>
    );
  }
  return (
    <Card withBorder>
      <Group justify="space-between" mb="md">
        <Text fw={600} className="mono">
          {customer}
        </Text>
        <Anchor component={Link} href={`/?customer=${encodeURIComponent(customer)}`} size="sm">
          In the feed
        </Anchor>
      </Group>
      <Timeline bulletSize={14} lineWidth={2} active={entries.length}>
        {entries.map((entry, at) => {
          const isNewDay = clock.day(entry.startTime) !== clock.day(entries[at - 1]?.startTime ?? 0);
          return (
            <Timeline.Item key={entry.id} color={colorOf(statusOf(entry))} bullet={<span />}>
              <Stack gap={2}>
                {isNewDay && (
                  <Badge variant="default" w="fit-content" tt="none">
                    {clock.day(entry.startTime)}
                  </Badge>
                )}
                <Group gap="xs">
                  <Text size="sm" c="dimmed">
                    <Time ms={entry.startTime} short />
                  </Text>
                  <Anchor component={Link} href={`/events/${entry.id}`} fw={550} size="sm">
                    {entry.eventName ?? "no event name"}
                  </Anchor>
                  <StatusBadge status={statusOf(entry)} />
                </Group>
                <Text size="sm" c="dimmed">
                  {entry.message}
                </Text>
              </Stack>
            </Timeline.Item>
          );
        })}
      </Timeline>
      {events.hasNextPage && (
        <Button variant="light" mt="md" loading={events.isFetchingNextPage} onClick={() => void events.fetchNextPage()}>
          Earlier events
        </Button>
      )}
    </Card>
  );
}
