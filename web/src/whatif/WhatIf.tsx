import { Alert, Button, Card, Group, List, Select, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";

import { PERIODS, questionOf } from "../feed/periods";
import { ErrorState } from "../parts/ErrorState";
import { ShareBar } from "../parts/ShareBar";
import { Findings } from "./Findings";
import { type Drafts, limitsOf, shareOf, summaryOf } from "./trial";
import { useTrial } from "./useTrial";

interface Props {
  drafts: Drafts;
  /** Which events are judged anew, beside the period. */
  filters: URLSearchParams;
  /** What must be mended before it makes sense; undefined when nothing. */
  obstacle?: string | undefined;
}

/** How past events would end by a draft, before anything is stored. */
export function WhatIf({ drafts, filters, obstacle }: Props) {
  const [period, setPeriod] = useState("24h");
  const [tried, setTried] = useState("");
  const { trial, notices, isStarting, problem, start, cancel } = useTrial();
  const asked = JSON.stringify([drafts, filters.toString(), period]);
  const isRunning = trial?.state === "RUNNING";

  function run() {
    setTried(asked);
    void start(questionOf(filters, period, Date.now()), drafts);
  }

  return (
    <Card withBorder component="section" aria-label="What if">
      <Stack gap="sm">
        <Group justify="space-between" align="flex-end">
          <Stack gap={0}>
            <Title order={2} size="h5">
              What if
            </Title>
            <Text size="sm" c="dimmed">
              Judge past events by this draft. Nothing is stored and nobody is called.
            </Text>
          </Stack>
          <Group gap="xs">
            <Select aria-label="Period to try" data={PERIODS.map(({ value, label }) => ({ value, label }))} value={period} onChange={(value) => setPeriod(value ?? "")} allowDeselect={false} w={130} size="xs" />
            {isRunning ? (
              <Button size="xs" variant="default" onClick={() => void cancel()}>
                Stop
              </Button>
            ) : (
              <Button size="xs" variant="light" onClick={run} loading={isStarting} disabled={obstacle !== undefined}>
                Try it
              </Button>
            )}
          </Group>
        </Group>
        {obstacle !== undefined && (
          <Text size="sm" c="dimmed">
            {obstacle}.
          </Text>
        )}
        {problem !== null && <ErrorState error={problem} />}
        {trial !== undefined && problem === null && (
          <Stack gap="sm">
            {isRunning && <ShareBar share={shareOf(trial)} isMoving label="Events looked at" />}
            {tried !== asked && !isRunning && (
              <Text size="sm" c="dimmed">
                The draft or the period has changed since this was tried.
              </Text>
            )}
            <Text fw={550} role="status">
              {summaryOf(trial)}
            </Text>
            {trial.failure !== null && <ErrorState error={new Error(trial.failure)} />}
            {notices.length + limitsOf(trial).length > 0 && (
              <Alert color="yellow" py={6}>
                <List size="sm">
                  {[...notices, ...limitsOf(trial)].map((one) => (
                    <List.Item key={one}>{one}</List.Item>
                  ))}
                </List>
              </Alert>
            )}
            {trial.matrix.length > 0 && <Findings trial={trial} />}
          </Stack>
        )}
      </Stack>
    </Card>
  );
}
