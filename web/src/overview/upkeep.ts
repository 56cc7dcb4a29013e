import { useQuery } from "@tanstack/react-query";

import { api, told } from "../api/client";
import type { components } from "../api/schema";
import { lengthOf } from "../parts/time";

export type Upkeep = components["schemas"]["UpkeepView"];
export type Storage = components["schemas"]["StorageView"];

const KEPT_UP_MS = 1_000;

export function useUpkeep(refetchMs: number) {
  return useQuery({
    queryKey: ["upkeep"],
    refetchInterval: refetchMs,
    queryFn: async () => (await told(api.GET("/v2/events/upkeep"))).data[0] ?? null,
  });
}

/** How far the pipeline is behind, as people say it. */
export function lagOf({ oldestWaitingAt, lagMs }: Upkeep): string {
  if (oldestWaitingAt === null) return "None";
  return lagMs < KEPT_UP_MS ? "Under 1 s" : lengthOf(lagMs);
}

export interface Part {
  label: string;
  bytes: number;
  color: string;
}

/** What takes the disk, in the order in which an event comes by. */
export function partsOf(storage: Storage): Part[] {
  return [
    { label: "Journal", bytes: storage.journalBytes, color: "sea.6" },
    { label: "Event log", bytes: storage.eventLogBytes, color: "teal.6" },
    { label: "Analytical export", bytes: storage.exportBytes, color: "indigo.5" },
    { label: "Definitions, directory, keys", bytes: storage.setupBytes, color: "yellow.6" },
    { label: "Other", bytes: storage.otherBytes, color: "gray.5" },
  ];
}

/** "30 days, store_visit 90" */
export function retentionOf(upkeep: Upkeep): string {
  const own = Object.entries(upkeep.retentionDaysByEvent).map(([name, days]) => `${name} ${days}`);
  return [`${upkeep.retentionDays} ${upkeep.retentionDays === 1 ? "day" : "days"}`, ...own].join(", ");
}
