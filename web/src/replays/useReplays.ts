import { useQuery, useQueryClient } from "@tanstack/react-query";

import { api, sent, told } from "../api/client";
import { type Act, isMoving, type Job } from "./job";

const KEY = ["replays"];
const MOVING_MS = 1_000;

/** The org's bulk replays, newest first. */
export function useReplays() {
  return useQuery({
    queryKey: KEY,
    queryFn: async () => (await told(api.GET("/v2/events/replays"))).data,
    refetchInterval: ({ state }) => (state.data?.some(isMoving) === true ? MOVING_MS : false),
  });
}

/** One of them, watched while it moves. */
export function useReplay(id: string) {
  return useQuery({
    queryKey: [...KEY, id],
    queryFn: async () => first((await told(api.GET("/v2/events/replays/{job_id}", { params: { path: { job_id: id } } }))).data),
    refetchInterval: ({ state }) => (state.data !== undefined && isMoving(state.data) ? MOVING_MS : false),
  });
}

export function useReplayChanges() {
  const queries = useQueryClient();
  const changed = async (job: Job) => {
    queries.setQueryData([...KEY, job.id], job);
    await queries.invalidateQueries({ queryKey: KEY, exact: true });
    return job;
  };
  return {
    /** Plan to replay all that match; nothing happens yet. The filters are those of the page's own URL. */
    plan: async (question: string, force: boolean): Promise<Job> => {
      const answer = await sent("/v2/events/replays", new URLSearchParams(question), { force });
      return changed(first(((await answer.json()) as { data: Job[] }).data));
    },
    act: async (job: Pick<Job, "id">, act: Act): Promise<Job> => {
      const answer = await sent(`/v2/events/replays/${job.id}/${act}`, new URLSearchParams(), {});
      return changed(first(((await answer.json()) as { data: Job[] }).data));
    },
    /** Replay one event; returns the request id of the replay. */
    replay: async (id: string, force: boolean): Promise<string> => {
      const path = { params: { path: { request_id: id } } };
      const { data } = await told(api.POST("/v2/events/logs/{request_id}/replay", { ...path, body: { force } }));
      await queries.invalidateQueries({ queryKey: ["explanation", id] });
      return first(data).id;
    },
  };
}

function first<T>(data: T[]): T {
  const one = data[0];
  if (one === undefined) throw new Error("The server answered nothing");
  return one;
}
