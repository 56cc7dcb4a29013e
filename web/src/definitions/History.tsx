import { Code, Stack, Text, Timeline } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { api, told } from "../api/client";
import { EmptyState } from "../parts/EmptyState";
import { Loaded } from "../parts/Loaded";
import { Time } from "../parts/time";
import { differencesOf } from "./differences";
import { forWhom } from "./forWhom";

/** Who changed the definition, for whom, when, from what to what. */
export function History({ name }: { name: string }) {
  const audit = useQuery({
    queryKey: ["audit", name],
    queryFn: async () => (await told(api.GET("/v2/events/audit_logs", { params: { query: { eventName: name } } }))).data,
  });
  return (
    <Loaded query={audit}>
      {(items) =>
        items.length === 0 ? (
          <EmptyState title="No changes are known" text="The definition was set up from a file." />
        ) : (
          <Timeline active={items.length} bulletSize={12} lineWidth={2}>
            {items.flatMap((item) =>
              item.valueHistory.map((change) => (
                <Timeline.Item key={`${item.requestId} ${change.changedOn}`} title={item.updatedType.replace(/([A-Z])/g, " $1").toLowerCase()}>
                  <Stack gap={4}>
                    <Text size="sm" c="dimmed">
                      <Time ms={Date.parse(change.changedOn)} /> by {change.changedBy ?? "nobody known"}{forWhom(change.changedFor)}
                    </Text>
                    {differencesOf(change.previousValue ?? null, change.value).map((one) => (
                      <Text key={one.path} size="sm" style={{ overflowWrap: "anywhere" }}>
                        {one.path}: <Code>{one.was}</Code> → <Code>{one.is}</Code>
                      </Text>
                    ))}
                  </Stack>
                </Timeline.Item>
              )),
            )}
          </Timeline>
        )
      }
    </Loaded>
  );
}
