import type { ReactNode } from "react";

/** A table that scrolls sideways where there is no room for it, with the keyboard too. */
export function WideTable({ minWidth, children }: { minWidth: number; children: ReactNode }) {
  return (
    <div style={{ overflowX: "auto" }} tabIndex={0}>
      <div style={{ minWidth }}>{children}</div>
    </div>
  );
}
