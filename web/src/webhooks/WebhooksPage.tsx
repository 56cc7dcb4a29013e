import { Badge, Button, Card, Code, Group, Modal, Stack, Tabs, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link } from "wouter";

import { useWho } from "../api/session";
import { act } from "../parts/act";
import { Ask } from "../parts/Ask";
import { Copy, CopyableUrl } from "../parts/Copy";
import { EmptyState } from "../parts/EmptyState";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { NewWebhookForm } from "./NewWebhookForm";
import { LANGUAGES, snippetOf } from "./snippets";
import { useWebhookChanges, useWebhooks, type Webhook } from "./useWebhooks";

const SAMPLE = { event_name: "store_visit", mobile: "919800000001" };

/** Where sources push to. */
export default function WebhooksPage() {
  const [isOpen, form] = useDisclosure();
  const webhooks = useWebhooks();
  const mayWrite = useWho().can.includes("webhooks:write");
  return (
    <Page
      title="Webhooks"
      text="The URLs that sources push their events to"
      actions={
        mayWrite && (
          <Button size="xs" onClick={form.open}>
            New webhook
          </Button>
        )
      }
    >
      <Loaded query={webhooks}>
        {({ on, off }) =>
          on.length + off.length === 0 ? (
            <EmptyState title="No webhooks yet" text="Make one, and give its URL to whoever pushes events." />
          ) : (
            <Stack>
              {[...on, ...off].map((one) => (
                <WebhookCard key={one.webHookId} webhook={one} isOff={off.includes(one)} mayWrite={mayWrite} />
              ))}
            </Stack>
          )
        }
      </Loaded>
      <Modal opened={isOpen} onClose={form.close} title="New webhook">
        <NewWebhookForm onDone={form.close} />
      </Modal>
    </Page>
  );
}

function WebhookCard({ webhook, isOff, mayWrite }: { webhook: Webhook; isOff: boolean; mayWrite: boolean }) {
  const [isShown, snippets] = useDisclosure();
  const [isAsking, asking] = useDisclosure();
  const { disable } = useWebhookChanges();
  return (
    <Card withBorder component="section" aria-label={`Webhook ${webhook.webHookId}`} opacity={isOff ? 0.6 : 1}>
      <Stack gap="xs">
        <Group justify="space-between">
          <Group gap="xs">
            <Badge variant="light" tt="none">
              {webhook.transformerType}
            </Badge>
            {isOff && (
              <Badge color="gray" tt="none">
                turned off
              </Badge>
            )}
            <Badge variant="outline" color={webhook.authEnabled ? "teal" : "yellow"} tt="none">
              {webhook.authEnabled ? "wants credentials" : "takes anybody’s pushes"}
            </Badge>
            {webhook.uniquenessCheckEnabled && (
              <Badge variant="outline" color="gray" tt="none">
                counts repeats once
              </Badge>
            )}
          </Group>
          <Group gap="xs">
            <Button component={Link} href={`/?webhook_id=${webhook.webHookId}`} variant="subtle" size="compact-sm">
              Its events
            </Button>
            {!isOff && (
              <Button variant="subtle" size="compact-sm" onClick={snippets.toggle} aria-expanded={isShown}>
                How to push
              </Button>
            )}
            {!isOff && mayWrite && (
              <Button variant="subtle" color="red" size="compact-sm" onClick={asking.open}>
                Turn off
              </Button>
            )}
          </Group>
        </Group>
        <CopyableUrl url={webhook.webHookUri} />
        <Text size="sm" c="dimmed">
          Till {webhook.tillCode}
        </Text>
        {isShown && <Snippets url={webhook.webHookUri} sample={SAMPLE} />}
      </Stack>
      <Ask
        isOpen={isAsking}
        title="Turn this webhook off?"
        text="Pushes to it will be answered 410 from now on. It cannot be turned on again; a new one has a new URL."
        yes="Turn off"
        onNo={asking.close}
        onYes={() => {
          asking.close();
          void act(() => disable(webhook.webHookId), "The webhook is turned off");
        }}
      />
    </Card>
  );
}

export function Snippets({ url, sample }: { url: string; sample: unknown }) {
  return (
    <Tabs defaultValue="curl">
      <Tabs.List>
        {LANGUAGES.map((language) => (
          <Tabs.Tab key={language} value={language}>
            {language}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {LANGUAGES.map((language) => {
        const snippet = snippetOf(language, url, sample);
        return (
          <Tabs.Panel key={language} value={language} pt="xs">
            <Code block tabIndex={0}>
              {snippet}
            </Code>
            <Group justify="flex-end" mt={6}>
              <Copy text={snippet} />
            </Group>
          </Tabs.Panel>
        );
      })}
    </Tabs>
  );
}
