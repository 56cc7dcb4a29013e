import { Skeleton, Stack } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { ErrorState } from "./ErrorState";

/** What a query found, or that it is on its way, or why it failed. */
export function Loaded<T>({ query, children }: { query: UseQueryResult<T>; children: (found: T) => ReactNode }) {
  if (query.isPending) {
    return (
      <Stack role="status" aria-label="Loading">
        <Skeleton h={40} />
        <Skeleton h={40} />
        <Skeleton h={40} />
      </Stack>
    );
  }
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return children(query.data);
}
