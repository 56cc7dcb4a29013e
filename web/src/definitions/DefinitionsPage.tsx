import { Anchor, Badge, Button, Group, Table, Text } from "@mantine/core";
import { Link } from "wouter";

import { useWho } from "../api/session";
import { EmptyState } from "../parts/EmptyState";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { type Definition, useDefinitions } from "./useDefinitions";
import { WideTable } from "../parts/WideTable";

/** Which events the org knows. */
export default function DefinitionsPage() {
  const definitions = useDefinitions();
  const mayWrite = useWho().can.includes("events:write");
  return (
    <Page
      title="Definitions"
      text="The events that are known, and what each must bring"
      actions={
        mayWrite && (
          <>
            <Button component={Link} href="/standard" variant="default" size="xs">
              Standard events
            </Button>
            <Button component={Link} href="/definitions/new" size="xs">
              New event
            </Button>
          </>
        )
      }
    >
      <Loaded query={definitions}>
        {(found) =>
          found.length === 0 ? (
            <EmptyState title="No definitions yet" text="Define an event, or take a standard one; pushes under other names are logged as invalid." />
          ) : (
            <WideTable minWidth={640}>
              <Table highlightOnHover>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Event</Table.Th>
                    <Table.Th>Life</Table.Th>
                    <Table.Th>Fields</Table.Th>
                    <Table.Th>Consumers</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {found.map((one) => (
                    <Row key={one.eventName} definition={one} />
                  ))}
                </Table.Tbody>
              </Table>
            </WideTable>
          )
        }
      </Loaded>
    </Page>
  );
}

function Row({ definition }: { definition: Definition }) {
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} href={`/definitions/${encodeURIComponent(definition.eventName)}`} fw={550}>
          {definition.eventName}
        </Anchor>
        {definition.description !== undefined && (
          <Text size="xs" c="dimmed">
            {definition.description}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Life definition={definition} />
      </Table.Td>
      <Table.Td>{definition.fields.map((field) => field.name).join(", ")}</Table.Td>
      <Table.Td>{definition.actions.join(", ")}</Table.Td>
    </Table.Tr>
  );
}

const LIFE_COLORS: Record<string, string> = { PUBLISHED: "teal", UNPUBLISHED: "yellow", DISABLED: "gray" };

export function Life({ definition }: { definition: Definition }) {
  return (
    <Group gap={6}>
      <Badge variant="light" color={LIFE_COLORS[definition.status] ?? "gray"} tt="none">
        {definition.status.toLowerCase()}
      </Badge>
      <Badge variant="outline" color={definition.testStatus === "VERIFIED" ? "teal" : "gray"} tt="none">
        {definition.testStatus === "VERIFIED" ? "verified" : "not verified"}
      </Badge>
      {definition.standardEvent && (
        <Badge variant="outline" color="gray" tt="none">
          standard
        </Badge>
      )}
    </Group>
  );
}
