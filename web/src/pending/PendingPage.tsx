import { Anchor, Table, Text } from "@mantine/core";
import { Link } from "wouter";

import { EmptyState } from "../parts/EmptyState";
import { ErrorState } from "../parts/ErrorState";
import { Page } from "../parts/Page";
import { Time } from "../parts/time";
import { usePending } from "../feed/usePending";
import { WideTable } from "../parts/WideTable";

/** Events that are accepted and wait for their consumer. */
export default function PendingPage() {
  const pending = usePending();
  return (
    <Page title="Pending events" text="Accepted and safe; they enter the log when their consumer has answered">
      {pending.error !== null && <ErrorState error={pending.error} />}
      {pending.entries?.length === 0 && <EmptyState title="Nothing waits" text="Every accepted event has settled." />}
      {pending.count > 0 && (
        <WideTable minWidth={620}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Accepted</Table.Th>
                <Table.Th>Event</Table.Th>
                <Table.Th>Attempts</Table.Th>
                <Table.Th>Next attempt</Table.Th>
                <Table.Th>Request id</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {pending.entries?.map((entry) => (
                <Table.Tr key={entry.id}>
                  <Table.Td>
                    <Time ms={entry.startTime} />
                  </Table.Td>
                  <Table.Td>{entry.eventName ?? "–"}</Table.Td>
                  <Table.Td>{entry.attempts ?? 0}</Table.Td>
                  <Table.Td>{entry.nextAttemptAt === undefined ? "–" : <Time ms={entry.nextAttemptAt} />}</Table.Td>
                  <Table.Td>
                    <Anchor component={Link} href={`/events/${entry.id}`} className="mono">
                      {entry.id}
                    </Anchor>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </WideTable>
      )}
      {pending.isMore && (
        <Text size="sm" c="dimmed">
          There are more; those that are due first are shown.
        </Text>
      )}
    </Page>
  );
}
