import { Anchor, Group, Stack, Table, Text } from "@mantine/core";
import { Link } from "wouter";

import { Pattern } from "../failures/Pattern";
import { StatusBadge } from "../parts/StatusBadge";
import { WideTable } from "../parts/WideTable";
import { type Change, sidesOf, type Trial } from "./trial";

const SAMPLES_SHOWN = 3;
const SIDE_PX = 170;

/** From how events ended to how they would: the matrix, then each change with what it would say. */
export function Findings({ trial }: { trial: Trial }) {
  const { from, to } = sidesOf(trial);
  const counts = new Map(trial.matrix.map((cell) => [`${cell.from} ${cell.to}`, cell.count]));
  return (
    <Stack gap="sm">
      <WideTable minWidth={SIDE_PX * (to.length + 1)}>
        <Table aria-label="From status to status" withTableBorder>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Ended as, would end as</Table.Th>
              {to.map((status) => (
                <Table.Th key={status} ta="right">
                  <StatusBadge status={status} />
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {from.map((before) => (
              <Table.Tr key={before}>
                <Table.Td>
                  <StatusBadge status={before} />
                </Table.Td>
                {to.map((after) => {
                  const count = counts.get(`${before} ${after}`);
                  const isChange = before !== after && count !== undefined;
                  return (
                    <Table.Td key={after} ta="right" fw={isChange ? 700 : 400} {...(isChange ? { bg: "light-dark(var(--mantine-color-yellow-0), rgba(255, 212, 59, 0.08))" } : {})}>
                      {count === undefined ? <span aria-label="none">–</span> : count.toLocaleString("en")}
                    </Table.Td>
                  );
                })}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </WideTable>
      {trial.changes.map((change) => (
        <ChangeStory key={`${change.from} ${change.to}`} change={change} />
      ))}
    </Stack>
  );
}

function ChangeStory({ change }: { change: Change }) {
  return (
    <Stack gap={4}>
      <Group gap={6}>
        <Text fw={600} size="sm">
          {change.count.toLocaleString("en")}
        </Text>
        <StatusBadge status={change.from} />
        <Text size="sm">
          →
        </Text>
        <StatusBadge status={change.to} />
        {change.sampleIds.slice(0, SAMPLES_SHOWN).map((id) => (
          <Anchor key={id} component={Link} href={`/events/${id}`} target="_blank" size="sm" className="mono">
            {id.slice(0, 13)}…
          </Anchor>
        ))}
      </Group>
      {change.reasons.map((reason) => (
        <Text key={reason.pattern} size="sm" c="dimmed">
          {reason.count.toLocaleString("en")}: <Pattern text={reason.pattern} />
        </Text>
      ))}
    </Stack>
  );
}
