import { colorOf, wordsOf } from "../parts/statuses";
import styles from "./EventTable.module.css";

/** Looks as the badge of a status elsewhere, and is drawn hundreds of times a second while somebody scrolls. */
export function StatusMark({ status }: { status: string }) {
  const color = colorOf(status);
  return (
    <span className={styles.mark} style={{ background: `var(--mantine-color-${color}-light)`, color: `var(--mantine-color-${color}-light-color)` }} title={status}>
      {wordsOf(status)}
    </span>
  );
}
