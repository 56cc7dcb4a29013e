import { Box, Card, Group, Progress, SimpleGrid, Stack, Text } from "@mantine/core";

import { bytesOf } from "../parts/bytes";
import { Time } from "../parts/time";
import { partsOf, retentionOf, type Storage, type Upkeep } from "./upkeep";

/** How long entries are kept, and where the disk goes. */
export function Keeping({ upkeep }: { upkeep: Upkeep }) {
  return (
    <SimpleGrid cols={{ base: 1, md: upkeep.storage === null ? 1 : 2 }}>
      <Card withBorder component="section" aria-label="Retention">
        <Text fw={600} mb="xs">
          Retention
        </Text>
        <Stack gap={4}>
          <Fact label="Entries are kept for">{retentionOf(upkeep)}</Fact>
          <Fact label="The oldest one is of">{upkeep.oldestEntryAt === null ? "no day: the log is empty" : <Time ms={upkeep.oldestEntryAt} />}</Fact>
        </Stack>
      </Card>
      {upkeep.storage !== null && <Disk storage={upkeep.storage} />}
    </SimpleGrid>
  );
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <Group justify="space-between" gap="xs">
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text size="sm" fw={550}>
        {children}
      </Text>
    </Group>
  );
}

function Disk({ storage }: { storage: Storage }) {
  const parts = partsOf(storage);
  const taken = parts.reduce((sum, part) => sum + part.bytes, 0);
  return (
    <Card withBorder component="section" aria-label="Storage">
      <Group justify="space-between" mb="xs">
        <Text fw={600}>Storage</Text>
        <Text size="sm" c="dimmed">
          {bytesOf(taken)} taken, {bytesOf(storage.freeBytes)} free
        </Text>
      </Group>
      <Progress.Root size="lg" aria-hidden>
        {parts.map((part) => (
          <Progress.Section key={part.label} value={taken === 0 ? 0 : (part.bytes / taken) * 100} color={part.color} />
        ))}
      </Progress.Root>
      <Stack gap={2} mt="xs">
        {parts
          .filter((part) => part.bytes > 0)
          .map((part) => (
            <Group key={part.label} justify="space-between" gap="xs" wrap="nowrap">
              <Group gap={6} wrap="nowrap">
                <Box w={9} h={9} bg={part.color} style={{ borderRadius: 2, flexShrink: 0 }} />
                <Text size="sm">{part.label}</Text>
              </Group>
              <Text size="sm">{bytesOf(part.bytes)}</Text>
            </Group>
          ))}
      </Stack>
    </Card>
  );
}
