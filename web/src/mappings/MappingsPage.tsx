import { Anchor, Badge, Button, Group, Table, Text } from "@mantine/core";
import { Link } from "wouter";

import { EmptyState } from "../parts/EmptyState";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { WideTable } from "../parts/WideTable";
import { mappingOf, type MappingItem } from "./mapping";
import { useAdapters, useMappings } from "./useMappings";

const SOURCES_SHOWN = 4;

/** Which names sources use for the org's events and their fields. */
export default function MappingsPage() {
  const mappings = useMappings();
  const adapters = useAdapters();
  const labels = adapters.data?.map((one) => one.label).join(", ");
  return (
    <Page
      title="Mappings"
      text={`From the names that a source uses to your events and fields${labels === undefined ? "" : `. Transformers: ${labels}`}`}
      actions={
        <Button component={Link} href="/standard" variant="default" size="xs">
          Standard events
        </Button>
      }
    >
      <Loaded query={mappings}>
        {(found) =>
          found.length === 0 ? (
            <EmptyState title="Nothing to map yet" text="A mapping belongs to an event. Define one, or take a standard event, which brings its mapping along.">
              <Anchor component={Link} href="/standard">
                Standard events
              </Anchor>
            </EmptyState>
          ) : (
            <WideTable minWidth={620}>
              <Table highlightOnHover>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Event</Table.Th>
                    <Table.Th>Called by sources</Table.Th>
                    <Table.Th ta="right">Fields mapped</Table.Th>
                    <Table.Th>Under its own name</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {found.map((item) => (
                    <Row key={item.eventName} item={item} />
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

function Row({ item }: { item: MappingItem }) {
  const { eventName, sources, fields, isDefault } = mappingOf(item);
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} href={`/mappings/${encodeURIComponent(eventName)}`} fw={550}>
          {eventName}
        </Anchor>
      </Table.Td>
      <Table.Td>
        <SourceNames sources={sources} />
      </Table.Td>
      <Table.Td ta="right">{fields.size === 0 ? "–" : fields.size}</Table.Td>
      <Table.Td>{isDefault ? "listed" : "taken"}</Table.Td>
    </Table.Tr>
  );
}

function SourceNames({ sources }: { sources: string[] }) {
  if (sources.length === 0) return <Text size="sm">–</Text>;
  return (
    <Group gap={6}>
      {sources.slice(0, SOURCES_SHOWN).map((source) => (
        <SourceName key={source} name={source} />
      ))}
      {sources.length > SOURCES_SHOWN && (
        <Text size="xs" c="dimmed">
          and {sources.length - SOURCES_SHOWN} more
        </Text>
      )}
    </Group>
  );
}

/** One name that a source uses, as it is: spaces and capitals count. */
export function SourceName({ name }: { name: string }) {
  return (
    <Badge variant="default" tt="none" fw={450} radius="sm" title={name}>
      {name}
    </Badge>
  );
}
