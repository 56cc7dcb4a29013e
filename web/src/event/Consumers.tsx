import { Badge, Code, Group, Stack, Text } from "@mantine/core";

import { Time } from "../parts/time";
import type { Consumer } from "./explanation";

const COLORS: Record<string, string> = { taken: "teal", failed: "red", waiting: "blue", skipped: "gray" };

/** What each consumer answered, attempt by attempt. */
export function Consumers({ consumers }: { consumers: Consumer[] }) {
  if (consumers.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        The event did not get as far as a consumer.
      </Text>
    );
  }
  return (
    <Stack gap="sm">
      {consumers.map((one) => (
        <Stack key={`${one.consumer} ${one.orgId}`} gap={4}>
          <Group gap="xs">
            <Text fw={550} size="sm">
              {one.consumer}
            </Text>
            <Badge size="sm" variant="light" color={COLORS[one.outcome] ?? "gray"} tt="none">
              {one.outcome}
            </Badge>
          </Group>
          {one.reason !== null && <Text size="sm">{one.reason}</Text>}
          {one.attempts.map((attempt) => (
            <Text key={attempt.attempt} size="xs" c="dimmed">
              Attempt {attempt.attempt} at <Time ms={attempt.startedAt} short />
              {attempt.error === null ? ": answered" : `: ${attempt.error}`}
              {attempt.mayHaveArrived && attempt.error !== null ? " (it may have arrived)" : ""}
            </Text>
          ))}
          {one.sideEffects !== null && one.sideEffects.length > 0 && <Code block>{JSON.stringify(one.sideEffects, null, 2)}</Code>}
        </Stack>
      ))}
    </Stack>
  );
}
