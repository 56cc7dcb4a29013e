import { Center, Loader } from "@mantine/core";

import { SessionProvider, useSession } from "../api/session";
import { ErrorState } from "../parts/ErrorState";
import { Frame } from "./Frame";
import { Pages } from "./Pages";
import { SignInPage } from "./SignInPage";

/** Signed in or not. */
export function App() {
  const session = useSession();
  if (session.isPending) {
    return (
      <Center h="100%">
        <Loader aria-label="Loading" />
      </Center>
    );
  }
  if (session.isError) return <ErrorState error={session.error} onRetry={() => void session.refetch()} />;
  if (session.data === null) return <SignInPage />;
  return (
    <SessionProvider value={session.data}>
      <Frame>
        <Pages />
      </Frame>
    </SessionProvider>
  );
}
