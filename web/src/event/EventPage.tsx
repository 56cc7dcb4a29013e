import { Anchor, Badge, Button, Card, Group, SimpleGrid, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { Link, useLocation, useSearch } from "wouter";

import { api, told } from "../api/client";
import { ApiFailure } from "../api/errors";
import { useWho } from "../api/session";
import { EmptyState } from "../parts/EmptyState";
import { ErrorState } from "../parts/ErrorState";
import { Prose } from "../parts/Prose";
import { StatusBadge } from "../parts/StatusBadge";
import { PENDING, statusOf } from "../parts/statuses";
import { lengthOf, Time } from "../parts/time";
import { ReplayThis } from "../replays/ReplayThis";
import { useShortcuts } from "../shell/keyboard";
import { Consumers } from "./Consumers";
import { Definition } from "./Definition";
import { FailingFields } from "./FailingFields";
import { Forms } from "./Forms";
import { Timeline } from "./Timeline";
import { customerIn, type Explanation } from "./explanation";

const PENDING_REFETCH_MS = 2_000;

/** One event as a story: what happened, why, and what to do next. */
export default function EventPage({ id }: { id: string }) {
  const search = useSearch();
  const [, go] = useLocation();
  const back = `/${new URLSearchParams(search).get("from") ?? ""}`.replace(/^\/(?!\?|$)/, "/?");
  useShortcuts({ Escape: () => go(back) });
  const explanation = useQuery({
    queryKey: ["explanation", id],
    queryFn: async () => (await told(api.GET("/v2/events/logs/{request_id}/explain", { params: { path: { request_id: id } } }))).data[0] ?? null,
    refetchInterval: (query) => (query.state.data?.entry.status === PENDING ? PENDING_REFETCH_MS : false),
  });
  if (explanation.isPending) return <Loading />;
  if (explanation.error instanceof ApiFailure && explanation.error.status === 404) return <Unknown id={id} />;
  if (explanation.isError) return <ErrorState error={explanation.error} onRetry={() => void explanation.refetch()} />;
  if (explanation.data === null) return <Unknown id={id} />;
  return <Story told={explanation.data} back={back} />;
}

function Story({ told, back }: { told: Explanation; back: string }) {
  const { entry } = told;
  return (
    <Stack gap="md" maw={1280} mx="auto">
      <Group justify="space-between" align="flex-start">
        <Anchor component={Link} href={back} size="sm">
          ← Events
        </Anchor>
        <Actions told={told} />
      </Group>
      <Stack gap={6}>
        <Group gap="xs">
          <StatusBadge status={statusOf(entry)} />
          <Text fw={600}>{entry.eventName ?? "no event name"}</Text>
          <Text c="dimmed" size="sm">
            <Time ms={entry.startTime} />, {entry.status === PENDING ? "still pending" : `took ${lengthOf(entry.responseTime)}`}
          </Text>
        </Group>
        <Title order={1} size="h3" lh={1.35} maw={900}>
          <Prose text={told.headline} />
        </Title>
        {told.nextStep !== "" && (
          <Text maw={900} size="md">
            <Prose text={told.nextStep} />
          </Text>
        )}
      </Stack>
      <Links told={told} />
      {told.errors.length > 0 && (
        <Section title="What to correct">
          <FailingFields errors={told.errors} />
        </Section>
      )}
      <Section title="What happened, step by step">
        <Timeline stages={told.stages} />
      </Section>
      <Section title="Sent, mapped, stored">
        <Forms told={told} />
      </Section>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Section title="Consumers">
          <Consumers consumers={told.consumers} />
        </Section>
        <Section title="Definition">
          <Definition name={entry.eventName} judgedBy={told.definition} />
        </Section>
      </SimpleGrid>
      <Section title="Identifiers">
        <Identifiers told={told} />
      </Section>
    </Stack>
  );
}

function Section({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Card withBorder padding="md" component="section">
      <Title order={2} size="h5" mb="sm">
        {title}
      </Title>
      {children}
    </Card>
  );
}

function Actions({ told }: { told: Explanation }) {
  const clipboard = useClipboard();
  const customer = customerIn(told);
  const mayWrite = useWho().can.includes("events:write");
  const copy = () => {
    const url = `${window.location.origin}/v2/events/logs/${told.entry.id}/explain`;
    clipboard.copy(`curl -s -H "X-API-Key: $HOOKLOG_API_KEY" '${url}'`);
    notifications.show({ message: "The curl command is in the clipboard" });
  };
  return (
    <Group gap="xs">
      {customer !== null && (
        <Button component={Link} href={`/customers/${encodeURIComponent(customer)}`} variant="default" size="xs">
          This customer
        </Button>
      )}
      <Button variant="default" size="xs" onClick={copy}>
        Copy as curl
      </Button>
      {told.entry.status !== PENDING && mayWrite && <ReplayThis key={told.entry.id} id={told.entry.id} />}
    </Group>
  );
}

function Links({ told }: { told: Explanation }) {
  const groups: [string, string[]][] = [
    ["Duplicate of", told.duplicateOf === null ? [] : [told.duplicateOf]],
    ["Duplicates", told.duplicates],
    ["Replay of", told.replayOf === null ? [] : [told.replayOf]],
    ["Replays", told.replays],
  ];
  const shown = groups.filter(([, ids]) => ids.length > 0);
  if (shown.length === 0) return null;
  return (
    <Group gap="lg">
      {shown.map(([label, ids]) => (
        <Group key={label} gap={6}>
          <Text size="sm" c="dimmed">
            {label}
          </Text>
          {ids.map((id) => (
            <Badge key={id} component={Link} href={`/events/${id}`} variant="outline" tt="none" className="mono">
              {id}
            </Badge>
          ))}
        </Group>
      ))}
    </Group>
  );
}

function Identifiers({ told }: { told: Explanation }) {
  const { entry } = told;
  const rows: [string, React.ReactNode][] = [
    ["Request id", <span className="mono">{entry.id}</span>],
    [
      "Webhook",
      <Anchor component={Link} href={`/?webhook_id=${entry.webhookId}`} className="mono">
        {entry.webhookId}
      </Anchor>,
    ],
    ["Org", String(entry.orgId)],
    ...(entry.parentOrgId === -1 ? [] : [["Parent org", String(entry.parentOrgId)] satisfies [string, string]]),
    ["Message", entry.message],
  ];
  return (
    <Stack gap={4}>
      {rows.map(([label, value]) => (
        <Group key={label} gap="sm" wrap="nowrap" align="flex-start">
          <Text size="sm" c="dimmed" w={90} style={{ flexShrink: 0 }}>
            {label}
          </Text>
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            {value}
          </Text>
        </Group>
      ))}
    </Stack>
  );
}

function Unknown({ id }: { id: string }) {
  return (
    <EmptyState title="There is no such event" text={`Nothing in the log or among the pending events has the request id ${id}. It may have expired, or belong to another org.`}>
      <Anchor component={Link} href="/">
        All events
      </Anchor>
    </EmptyState>
  );
}

function Loading() {
  return (
    <Stack maw={1280} mx="auto" role="status" aria-label="Loading">
      <Skeleton h={22} w={160} />
      <Skeleton h={30} w="60%" />
      <Skeleton h={140} />
      <Skeleton h={260} />
    </Stack>
  );
}
