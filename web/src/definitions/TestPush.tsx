import { Alert, Anchor, Button, Group, JsonInput, Loader, Select, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";

import { api, told } from "../api/client";
import { ApiFailure, failureOf } from "../api/errors";
import { ErrorState } from "../parts/ErrorState";
import { Loaded } from "../parts/Loaded";
import { Prose } from "../parts/Prose";
import { StatusBadge } from "../parts/StatusBadge";
import { PENDING, statusOf } from "../parts/statuses";
import { Snippets } from "../webhooks/WebhooksPage";
import { useWebhooks, type Webhook } from "../webhooks/useWebhooks";
import { sampleOf } from "./sample";
import type { Definition } from "./useDefinitions";

const POLL_MS = 400;

interface Props {
  definition: Definition;
  /** What to push at first; a payload under our own names, unless said otherwise. */
  sample?: Record<string, unknown>;
  transformer?: string;
}

/** Push a sample as a source would, and see what becomes of it. */
export function TestPush({ definition, sample = sampleOf(definition), transformer = "defaultTransformer" }: Props) {
  const webhooks = useWebhooks();
  return <Loaded query={webhooks}>{({ on }) => <Push sample={sample} transformer={transformer} webhooks={on} />}</Loaded>;
}

function Push({ sample, transformer, webhooks }: { sample: Record<string, unknown>; transformer: string; webhooks: Webhook[] }) {
  const reads = (one: Webhook) => one.transformerType.toLowerCase() === transformer.toLowerCase();
  const [webhook, setWebhook] = useState(webhooks.find((one) => !one.authEnabled && reads(one)) ?? webhooks.find(reads) ?? webhooks[0]);
  const [body, setBody] = useState(() => JSON.stringify(sample, null, 2));
  const [pushed, setPushed] = useState<string | null>(null);
  const [problem, setProblem] = useState<Error | null>(null);
  if (webhook === undefined) {
    return (
      <Text size="sm">
        There is no webhook to push to yet.{" "}
        <Anchor component={Link} href="/webhooks" underline="always">
          Make one
        </Anchor>
      </Text>
    );
  }
  async function push(id: string) {
    setProblem(null);
    setPushed(null);
    try {
      setPushed(await pushedTo(id, body));
    } catch (error) {
      setProblem(error instanceof Error ? error : new Error(String(error)));
    }
  }
  return (
    <Stack>
      <Group align="flex-end">
        <Select
          label="Webhook"
          data={webhooks.map((one) => ({ value: one.webHookId, label: `${one.transformerType}, till ${one.tillCode}` }))}
          value={webhook.webHookId}
          onChange={(id) => setWebhook(webhooks.find((one) => one.webHookId === id))}
          allowDeselect={false}
          w={340}
          maw="100%"
        />
        <Button onClick={() => void push(webhook.webHookId)}>Push</Button>
      </Group>
      {!reads(webhook) && (
        <Alert color="yellow" py={6}>
          This webhook reads events in another way than the sample is written.
        </Alert>
      )}
      {webhook.authEnabled && (
        <Alert color="yellow" py={6}>
          This webhook wants credentials, which a page does not have: the push will be refused.
        </Alert>
      )}
      <JsonInput label="Payload" value={body} onChange={setBody} autosize minRows={6} maxRows={20} formatOnBlur validationError="This is not JSON" classNames={{ input: "mono" }} />
      {problem !== null && <ErrorState error={problem} />}
      {pushed !== null && <Outcome id={pushed} />}
      <Text size="sm" fw={550}>
        The same from elsewhere
      </Text>
      <Snippets url={webhook.webHookUri} sample={parsed(body)} />
    </Stack>
  );
}

/** The request id of a push to the main port, which takes webhooks too. */
async function pushedTo(webhookId: string, body: string): Promise<string> {
  const answer = await fetch(`/webhooks/${webhookId}`, { method: "POST", headers: { "content-type": "application/json" }, credentials: "omit", body });
  const told = (await answer.json()) as { requestId: string };
  if (!answer.ok) throw failureOf(answer.status, told);
  return told.requestId;
}

export function Outcome({ id }: { id: string }) {
  const outcome = useQuery({
    queryKey: ["explanation", id],
    queryFn: async () => {
      try {
        return (await told(api.GET("/v2/events/logs/{request_id}/explain", { params: { path: { request_id: id } } }))).data[0] ?? null;
      } catch (error) {
        if (error instanceof ApiFailure && error.status === 404) return null;
        throw error;
      }
    },
    refetchInterval: (query) => (query.state.data == null || query.state.data.entry.status === PENDING ? POLL_MS : false),
  });
  if (outcome.data == null) return <Loader size="sm" aria-label="Waiting for the event" />;
  const { entry, headline, nextStep } = outcome.data;
  return (
    <Alert variant="light" color={statusOf(entry) === "EVENT_SUCCESS" ? "teal" : "orange"} role="status">
      <Stack gap={6}>
        <Group gap="xs">
          <StatusBadge status={statusOf(entry)} />
          <Anchor component={Link} href={`/events/${id}`} size="sm">
            See the whole story
          </Anchor>
        </Group>
        <Text size="sm">
          <Prose text={`${headline} ${nextStep}`} />
        </Text>
      </Stack>
    </Alert>
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
