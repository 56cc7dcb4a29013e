import { Badge, Group, Text } from "@mantine/core";

import { chipsOf, labelOf } from "../feed/filters";
import { useClock } from "../parts/time";
import type { Job } from "./job";

/** What a job was asked for, as the feed shows filters. */
export function JobFilters({ job }: { job: Job }) {
  const clock = useClock();
  const asked = new URLSearchParams(Object.entries(job.filters).flatMap(([name, values]) => values.map((value) => [name, value])));
  const chips = chipsOf(asked);
  return (
    <Group gap={6}>
      {chips.length === 0 && (
        <Text size="sm" c="dimmed">
          All events
        </Text>
      )}
      {chips.map((chip) => (
        <Badge key={`${chip.name} ${String(chip.isExcluded)} ${chip.value}`} variant="default" tt="none" fw={450}>
          {labelOf(chip)} {/^\d{13}$/.test(chip.value) && chip.name.endsWith("_date") ? clock.full(Number(chip.value)) : chip.value}
        </Badge>
      ))}
      {job.force && (
        <Badge variant="light" color="red" tt="none">
          with force
        </Badge>
      )}
    </Group>
  );
}
