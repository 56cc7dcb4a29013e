import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { api, told } from "../api/client";
import type { Drafts, Trial } from "./trial";

// The server answers sooner when the trial ends.
const WAIT_SECONDS = 2;

/** Starts a trial and watches it to its end; one that is left while it runs is ended, since only few may run at a time. */
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
  const isGone = useRef(false);
  const running = useRef<string | null>(null);
  useEffect(() => {
    // Just begun, or running as far as anybody knows.
    running.current = trial.data === undefined || trial.data.state === "RUNNING" ? id : null;
  });
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
      if (running.current !== null) void end(running.current).catch(() => undefined);
      running.current = null;
    };
  }, []);

  async function start(filter: string, drafts: Drafts) {
    setProblem(null);
    setStarting(true);
    try {
      const answer = await told(api.POST("/v2/events/what-if", { body: { filter, ...drafts } }));
      const made = only(answer).id;
      if (isGone.current) return void end(made).catch(() => undefined);
      setNotices(answer.warnings.map((one) => one.message));
      setId(made);
    } catch (error) {
      if (isGone.current) return;
      setId(null);
      setProblem(problemOf(error));
    } finally {
      if (!isGone.current) setStarting(false);
    }
  }

  async function cancel() {
    setProblem(null);
    try {
      if (id !== null) await end(id);
    } catch (error) {
      if (!isGone.current) setProblem(problemOf(error));
    }
    if (!isGone.current) await trial.refetch();
  }

  return { trial: trial.data, notices, isStarting, problem: problem ?? trial.error, start, cancel };
}

async function end(id: string): Promise<void> {
  await told(api.DELETE("/v2/events/what-if/{trial_id}", { params: { path: { trial_id: id } } }));
}

function problemOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function only({ data }: { data: Trial[] }): Trial {
  const one = data[0];
  if (one === undefined) throw new Error("The server answered nothing");
  return one;
}
