import { Anchor, Badge, Button, Card, Checkbox, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";

import { api, told } from "../api/client";
import { act } from "../parts/act";
import { Loaded } from "../parts/Loaded";
import { Page } from "../parts/Page";
import { useDefinitionChanges, useDefinitions } from "../definitions/useDefinitions";

interface Standard {
  standardClickEventsMeta: { eventName: string; label: string; description: string; eventCategory: string; fields: { name: string }[] };
}

/** The catalogue of events that need not be defined by hand. */
export default function StandardPage() {
  const catalogue = useQuery({
    queryKey: ["standard"],
    queryFn: async () => (await told(api.GET("/v2/events/standard_events_meta"))).data as unknown as Standard[],
  });
  const definitions = useDefinitions();
  const known = new Set(definitions.data?.map((one) => one.eventName));
  return (
    <Page
      title="Standard events"
      text="Ready-made definitions of what shops usually report"
      actions={
        <Button component={Link} href="/mappings" variant="default" size="xs">
          Mappings
        </Button>
      }
    >
      <Loaded query={catalogue}>
        {(found) => (
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
            {found.map(({ standardClickEventsMeta: one }) => (
              <Event key={one.eventName} event={one} isKnown={known.has(one.eventName)} />
            ))}
          </SimpleGrid>
        )}
      </Loaded>
    </Page>
  );
}

function Event({ event, isKnown }: { event: Standard["standardClickEventsMeta"]; isKnown: boolean }) {
  const [isMapped, setMapped] = useState(true);
  const { changed } = useDefinitionChanges();
  const enable = () =>
    act(async () => {
      const query = { event_name: event.eventName, use_standard_adapter_mappings: isMapped };
      await told(api.POST("/v2/events/standard_events/enable", { params: { query } }));
      await changed();
    }, `${event.eventName} is enabled`);
  return (
    <Card withBorder>
      <Stack gap="xs" h="100%">
        <Group justify="space-between">
          <Text fw={600}>{event.label}</Text>
          {isKnown && (
            <Badge color="teal" variant="light" tt="none">
              enabled
            </Badge>
          )}
        </Group>
        <Text size="xs" c="dimmed" className="mono">
          {event.eventName}
        </Text>
        <Text size="sm" style={{ flex: 1 }}>
          {event.fields.map((field) => field.name).join(", ")}
        </Text>
        {isKnown && (
          <Group gap="md">
            <Anchor component={Link} href={`/definitions/${event.eventName}`} size="sm">
              Its definition
            </Anchor>
            <Anchor component={Link} href={`/mappings/${event.eventName}`} size="sm">
              Its mapping
            </Anchor>
          </Group>
        )}
        {!isKnown && (
          <Group justify="space-between">
            <Checkbox size="xs" label="Map WebEngage’s names" checked={isMapped} onChange={(one) => setMapped(one.currentTarget.checked)} />
            <Button size="compact-sm" variant="light" onClick={() => void enable()}>
              Enable
            </Button>
          </Group>
        )}
      </Stack>
    </Card>
  );
}
