import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext } from "react";

import { api, told } from "./client";
import { ApiFailure } from "./errors";
import type { components } from "./schema";

export type Who = components["schemas"]["Who"];
export type SignIn = components["schemas"]["SignIn"];

const SESSION = ["session"];
const SessionContext = createContext<Who | null>(null);
export const SessionProvider = SessionContext.Provider;

/** Who is signed in; null for nobody. */
export function useSession() {
  return useQuery({
    queryKey: SESSION,
    queryFn: async (): Promise<Who | null> => {
      try {
        const answer = await told(api.GET("/console/session"));
        return answer.data[0] ?? null;
      } catch (error) {
        if (error instanceof ApiFailure && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: 60_000,
  });
}

/** Who is signed in, below the sign-in page. */
export function useWho(): Who {
  const who = useContext(SessionContext);
  if (who === null) throw new Error("nobody is signed in");
  return who;
}

export function useSigning() {
  const queries = useQueryClient();
  // What somebody else has read must not show; who is signed in stays watched.
  const become = (who: Who | null) => {
    queries.removeQueries({ predicate: (query) => query.queryKey[0] !== SESSION[0] });
    queries.setQueryData(SESSION, who);
  };
  return {
    async signIn(credentials: SignIn): Promise<void> {
      const answer = await told(api.POST("/console/session", { body: credentials }));
      become(answer.data[0] ?? null);
    },
    async signOut(): Promise<void> {
      await told(api.DELETE("/console/session"));
      become(null);
    },
  };
}
