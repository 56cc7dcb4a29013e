import { Button, Code, Collapse, Group, Stack, Table, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";

import type { Explanation } from "./explanation";
import { attributesOf, rowsOf } from "./forms";
import { WideTable } from "../parts/WideTable";

/** Input beside mapped form beside record; what differs is marked. */
export function Forms({ told }: { told: Explanation }) {
  const [isRaw, { toggle }] = useDisclosure();
  const rows = rowsOf(told.entry.inputRequest, told.mapped, attributesOf(told.record));
  return (
    <Stack gap="sm">
      {rows === null ? (
        <Raw text={told.entry.inputRequest} />
      ) : (
        <WideTable minWidth={620}>
          <Table layout="fixed">
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={170}>Attribute</Table.Th>
                <Table.Th>Sent</Table.Th>
                <Table.Th>Mapped</Table.Th>
                <Table.Th>Stored</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row) => (
                <Table.Tr key={row.name} {...(row.isDifferent ? { bg: "light-dark(var(--mantine-color-yellow-0), rgba(255, 212, 59, 0.08))" } : {})}>
                  <Table.Td fw={550}>{row.name}</Table.Td>
                  {[row.sent, row.mapped, row.stored].map((value, at) => (
                    <Table.Td key={["sent", "mapped", "stored"][at]} className="mono" style={{ overflowWrap: "anywhere" }}>
                      {value ?? <span aria-label="not there">–</span>}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </WideTable>
      )}
      {told.record === null && (
        <Text size="sm" c="dimmed">
          Nothing was stored: the event ended before it had a record.
        </Text>
      )}
      <Group>
        <Button variant="subtle" size="compact-sm" onClick={toggle} aria-expanded={isRaw}>
          {isRaw ? "Hide" : "Show"} raw input and record
        </Button>
      </Group>
      <Collapse expanded={isRaw}>
        <Stack gap="xs">
          <Raw text={pretty(told.entry.inputRequest)} />
          {told.record !== null && <Raw text={JSON.stringify(told.record, null, 2)} />}
        </Stack>
      </Collapse>
    </Stack>
  );
}

function Raw({ text }: { text: string }) {
  return (
    <Code block style={{ maxHeight: 420, overflow: "auto" }} tabIndex={0}>
      {text}
    </Code>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
