import { Code, Table, Text } from "@mantine/core";

import type { FailingField } from "./explanation";
import { WideTable } from "../parts/WideTable";

/** The fields to correct: what was wrong, what came, what would be right. */
export function FailingFields({ errors }: { errors: FailingField[] }) {
  return (
    <WideTable minWidth={560}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Field</Table.Th>
            <Table.Th>Rule</Table.Th>
            <Table.Th>Received</Table.Th>
            <Table.Th>What to do</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {errors.map((error) => (
            <Table.Tr key={`${error.field} ${error.rule}`}>
              <Table.Td>
                <Text fw={550} size="sm">
                  {error.field}
                </Text>
                {error.pointer !== "" && (
                  <Text size="xs" c="dimmed" className="mono">
                    {error.pointer}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>{error.rule}</Table.Td>
              <Table.Td>
                <Code>{error.value}</Code>
              </Table.Td>
              <Table.Td>{error.hint}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </WideTable>
  );
}
