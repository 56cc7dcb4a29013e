import { Anchor, Button, Card, Group, Stack, Table, Tabs, Text } from "@mantine/core";
import { Link } from "wouter";

import { useWho } from "../api/session";
import { History } from "../definitions/History";
import { TestPush } from "../definitions/TestPush";
import type { Definition } from "../definitions/useDefinitions";
import { Page } from "../parts/Page";
import { WideTable } from "../parts/WideTable";
import { MappedEvent } from "./MappedEvent";
import { type EventMapping, sourceSampleOf } from "./mapping";
import { SourceName } from "./MappingsPage";

/** What sources call one event and its fields, and a way to try it. */
export default function MappingPage({ name }: { name: string }) {
  return <MappedEvent name={name}>{({ known, definition }) => <Shown known={known} definition={definition} />}</MappedEvent>;
}

function Shown({ known, definition }: { known: EventMapping; definition: Definition }) {
  const mayWrite = useWho().can.includes("events:write");
  const name = known.eventName;
  const path = encodeURIComponent(name);
  return (
    <Page
      title={`Mapping of ${name}`}
      text="What a source that has names of its own calls this event and its fields"
      actions={
        mayWrite && (
          <Button component={Link} href={`/mappings/${path}/edit`} size="xs">
            Edit
          </Button>
        )
      }
    >
      <Group gap="md">
        <Anchor component={Link} href={`/definitions/${path}`} size="sm">
          Its definition
        </Anchor>
        <Anchor component={Link} href={`/?event_name=${path}`} size="sm">
          Its events
        </Anchor>
      </Group>
      <Tabs defaultValue="names" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="names">Names</Tabs.Tab>
          <Tabs.Tab value="try">Test push</Tabs.Tab>
          <Tabs.Tab value="history">History</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="names" pt="md">
          <Names known={known} definition={definition} />
        </Tabs.Panel>
        <Tabs.Panel value="try" pt="md">
          <TestPush definition={definition} sample={sourceSampleOf(known, definition)} transformer="webEngageTransformer" />
        </Tabs.Panel>
        <Tabs.Panel value="history" pt="md">
          <History name={name} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function Names({ known, definition }: { known: EventMapping; definition: Definition }) {
  const declared = definition.fields.map((field) => field.name);
  const others = [...known.fields.keys()].filter((field) => !declared.includes(field));
  return (
    <Stack>
      <Group gap="xs">
        <Text size="sm">Called</Text>
        {known.sources.length === 0 ? (
          <Text size="sm" c="dimmed">
            by no name of a source yet: its events do not come by a WebEngage webhook.
          </Text>
        ) : (
          known.sources.map((source) => <SourceName key={source} name={source} />)
        )}
      </Group>
      <Card withBorder padding={0}>
        <WideTable minWidth={420}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Field</Table.Th>
                <Table.Th>Filled from</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {[...declared, ...others].map((field) => (
                <Table.Tr key={field}>
                  <Table.Td fw={550}>{field}</Table.Td>
                  <Table.Td>{known.fields.has(field) ? <SourceName name={known.fields.get(field) ?? ""} /> : <Text size="sm" c="dimmed">its own name</Text>}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </WideTable>
      </Card>
      <Text size="sm" c="dimmed">
        By a webhook that reads names as they are, the event comes under its own name{known.isDefault ? ", which is listed as mapped" : "; no mapping is needed for that"}.
      </Text>
    </Stack>
  );
}
