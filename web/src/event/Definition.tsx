import { Anchor, Code, Stack, Table, Text } from "@mantine/core";
import { Link } from "wouter";

import { Time } from "../parts/time";
import type { JudgedBy } from "./explanation";

/** The version that judged the event, and what is different today. */
export function Definition({ name, judgedBy }: { name: string | undefined; judgedBy: JudgedBy | null }) {
  if (judgedBy === null || name === undefined) {
    return (
      <Text size="sm" c="dimmed">
        No definition judged this event.
      </Text>
    );
  }
  return (
    <Stack gap="xs">
      <Text size="sm">
        Judged by version {judgedBy.version} of{" "}
        <Anchor component={Link} href={`/definitions/${encodeURIComponent(name)}`} underline="always">
          {name}
        </Anchor>
        {judgedBy.since !== null && (
          <>
            , in force since <Time ms={judgedBy.since} />
          </>
        )}
        .
      </Text>
      {judgedBy.changedSince.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing has changed since.
        </Text>
      ) : (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>What</Table.Th>
              <Table.Th>Then</Table.Th>
              <Table.Th>Today</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {judgedBy.changedSince.map((change) => (
              <Table.Tr key={`${change.field} ${change.setting}`}>
                <Table.Td>
                  {change.field} {change.setting}
                </Table.Td>
                <Table.Td>
                  <Code>{shown(change.was)}</Code>
                </Table.Td>
                <Table.Td>
                  <Code>{shown(change.is)}</Code>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Stack>
  );
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}
