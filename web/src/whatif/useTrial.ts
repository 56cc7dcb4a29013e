import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, told } from "../api/client";
import type { Drafts, Trial } from "./trial";

// The server answers sooner when the trial ends.
const WAIT_SECONDS = 2;

/** Starts a trial and watches it to its end. */
export function useTrial() {
  const [id, setId] = useState<string | null>(null);
  const [isStarting, setStarting] = useState(false);
  const [problem, setProblem] = useState<Error | null>(null);
  const [notices, setNotices] = useState<string[]>([]);
  const trial = useQuery({
    queryKey: ["what-if", id],
    enabled: id !== null,
    queryFn: async () => only(await told(api.GET("/v2/events/what-if/{trial_id}", { params: { path: { trial_id: id ?? "" }, query: { wait: WAIT_SECONDS } } }))),
    refetchInterval: ({ state }) => (state.data?.state === "RUNNING" ? 100 : false),
  });

  async function start(filter: string, drafts: Drafts) {
    setProblem(null);
    setStarting(true);
    try {
      const answer = await told(api.POST("/v2/events/what-if", { body: { filter, ...drafts } }));
      setNotices(answer.warnings.map((one) => one.message));
      setId(only(answer).id);
    } catch (error) {
      setId(null);
      setProblem(error instanceof Error ? error : new Error(String(error)));
    } finally {
      setStarting(false);
    }
  }

  async function cancel() {
    if (id !== null) await told(api.DELETE("/v2/events/what-if/{trial_id}", { params: { path: { trial_id: id } } }));
    await trial.refetch();
  }

  return { trial: trial.data, notices, isStarting, problem: problem ?? trial.error, start, cancel };
}

function only({ data }: { data: Trial[] }): Trial {
  const one = data[0];
  if (one === undefined) throw new Error("The server answered nothing");
  return one;
}
