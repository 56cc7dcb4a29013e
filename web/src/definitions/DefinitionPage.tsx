import { Anchor, Badge, Button, Card, Group, Stack, Table, Tabs, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link } from "wouter";

import { useWho } from "../api/session";
import { act } from "../parts/act";
import { Ask } from "../parts/Ask";
import { EmptyState } from "../parts/EmptyState";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { Life } from "./DefinitionsPage";
import { History } from "./History";
import { TestPush } from "./TestPush";
import { type Definition, type Field, useDefinition, useDefinitionChanges } from "./useDefinitions";
import { WideTable } from "../parts/WideTable";

/** One event's definition: what it must bring, how it came about, and a way to try it. */
export default function DefinitionPage({ name }: { name: string }) {
  const definition = useDefinition(name);
  return (
    <Loaded query={definition}>
      {(found) =>
        found === null ? (
          <EmptyState title={`No event is called ${name}`} text="Names are case-sensitive.">
            <Anchor component={Link} href="/definitions">
              All definitions
            </Anchor>
          </EmptyState>
        ) : (
          <Shown definition={found.clickEventsMeta} />
        )
      }
    </Loaded>
  );
}

function Shown({ definition }: { definition: Definition }) {
  const name = definition.eventName;
  return (
    <Page title={definition.label ?? name} text={definition.description ?? "No description"} actions={<Actions definition={definition} />}>
      <Group gap="md">
        <Text className="mono">{name}</Text>
        <Life definition={definition} />
        <Anchor component={Link} href={`/?event_name=${encodeURIComponent(name)}`} size="sm">
          Its events
        </Anchor>
        {definition.status !== "DISABLED" && (
          <Anchor component={Link} href={`/mappings/${encodeURIComponent(name)}`} size="sm">
            Its mapping
          </Anchor>
        )}
      </Group>
      <Tabs defaultValue="fields" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="fields">Fields</Tabs.Tab>
          <Tabs.Tab value="try">Test push</Tabs.Tab>
          <Tabs.Tab value="history">History</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="fields" pt="md">
          <Fields definition={definition} />
        </Tabs.Panel>
        <Tabs.Panel value="try" pt="md">
          <TestPush definition={definition} />
        </Tabs.Panel>
        <Tabs.Panel value="history" pt="md">
          <History name={name} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function Actions({ definition }: { definition: Definition }) {
  const [isPublishing, publishing] = useDisclosure();
  const [isDisabling, disabling] = useDisclosure();
  const { publish, disable } = useDefinitionChanges();
  const mayWrite = useWho().can.includes("events:write");
  const name = definition.eventName;
  if (definition.status === "DISABLED" || !mayWrite) return null;
  return (
    <>
      <Button component={Link} href={`/definitions/${encodeURIComponent(name)}/edit`} variant="default" size="xs">
        Edit
      </Button>
      {definition.status === "UNPUBLISHED" && (
        <Button size="xs" onClick={publishing.open} disabled={definition.testStatus !== "VERIFIED"} title={definition.testStatus === "VERIFIED" ? "" : "Push one event that succeeds first"}>
          Publish
        </Button>
      )}
      <Button variant="subtle" color="red" size="xs" onClick={disabling.open}>
        Disable
      </Button>
      <Ask
        isOpen={isPublishing}
        title={`Publish ${name}?`}
        text="Its events count for loyalty from now on, and its fields are frozen."
        yes="Publish"
        color="sea"
        onNo={publishing.close}
        onYes={() => {
          publishing.close();
          void act(() => publish(name), `${name} is published`);
        }}
      />
      <Ask
        isOpen={isDisabling}
        title={`Disable ${name}?`}
        text="Its events are logged as INVALID_EVENT_NAME from now on. This cannot be undone, and the name cannot be used again."
        yes="Disable"
        onNo={disabling.close}
        onYes={() => {
          disabling.close();
          void act(() => disable(name), `${name} is disabled`);
        }}
      />
    </>
  );
}

function Fields({ definition }: { definition: Definition }) {
  return (
    <Stack>
      <Card withBorder padding={0}>
        <WideTable minWidth={560}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Field</Table.Th>
                <Table.Th>Type</Table.Th>
                <Table.Th>Rules</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {definition.fields.map((field) => (
                <Table.Tr key={field.name}>
                  <Table.Td fw={550}>{field.name}</Table.Td>
                  <Table.Td>{field.type.toLowerCase()}</Table.Td>
                  <Table.Td>
                    <Rules field={field} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </WideTable>
      </Card>
      <Text size="sm" c="dimmed">
        Goes to {definition.actions.join(" and ")}.
      </Text>
    </Stack>
  );
}

const WORDS: Record<string, [string, string]> = {
  isRequired: ["required", "optional"],
  isUniqueKeyField: ["part of the unique key", ""],
  isPsiData: ["sensitive", ""],
  addCustomerIfNotExists: ["adds unknown customers", ""],
};

function Rules({ field }: { field: Field }) {
  const said = Object.entries(field.attributes).flatMap(([name, { value, values }]) => {
    const words = WORDS[name];
    if (words !== undefined) return [words[value === "true" ? 0 : 1]];
    const shown = values?.join(", ") ?? value;
    return shown === undefined || shown === "" ? [] : [`${name}: ${shown}`];
  });
  return (
    <Group gap={6}>
      {said
        .filter((one) => one !== "")
        .map((one) => (
          <Badge key={one} variant="outline" color={one === "sensitive" ? "red" : "gray"} tt="none" fw={450}>
            {one}
          </Badge>
        ))}
    </Group>
  );
}
