import { Progress } from "@mantine/core";

interface Props {
  /** From 0 to 100; null where nobody knows, which is not read out as a number. */
  share: number | null;
  label: string;
  isMoving: boolean;
  color?: string;
  size?: string;
}

/** How much of something is done. */
export function ShareBar({ share, label, isMoving, color, size }: Props) {
  const look = { animated: isMoving, ...(color === undefined ? {} : { color }) };
  return (
    <Progress.Root {...(size === undefined ? {} : { size })}>
      {share === null ? (
        <Progress.Section {...look} striped value={100} withAria={false} role="progressbar" aria-label={label} />
      ) : (
        <Progress.Section {...look} value={share} aria-label={label} />
      )}
    </Progress.Root>
  );
}
