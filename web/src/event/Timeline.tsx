import { Text } from "@mantine/core";

import { lengthOf } from "../parts/time";
import type { Stage } from "./explanation";
import styles from "./Timeline.module.css";

const COLORS: Record<string, string> = {
  passed: "var(--mantine-color-teal-6)",
  rejected: "var(--mantine-color-orange-6)",
  parked: "var(--mantine-color-blue-6)",
};

/** Each stage with when it ran, how long, and what it decided. */
export function Timeline({ stages }: { stages: Stage[] }) {
  if (stages.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        The push was refused at the door, so no stage saw the event.
      </Text>
    );
  }
  const begin = Math.min(...stages.map((stage) => stage.startedAt));
  const end = Math.max(...stages.map((stage) => stage.startedAt + stage.durationMs));
  const length = Math.max(end - begin, 0.001);
  return (
    <ol className={styles.lines}>
      {stages.map((stage) => (
        <li key={`${stage.stage} ${stage.startedAt}`} className={styles.line}>
          <span className={styles.stage}>{stage.stage.replaceAll("_", " ")}</span>
          <span className={styles.decision}>{stage.decision}</span>
          <span className={styles.track} aria-hidden>
            <span
              className={styles.bar}
              style={{
                left: `${((stage.startedAt - begin) / length) * 97}%`,
                width: `${(stage.durationMs / length) * 100}%`,
                background: COLORS[stage.outcome] ?? "var(--mantine-color-gray-5)",
              }}
            />
          </span>
          <span className={styles.took}>{lengthOf(stage.durationMs)}</span>
        </li>
      ))}
    </ol>
  );
}
