/** The way in: the shell for those who are signed in, the sign-in page for those who are not. */
import { queryOptions, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { Center, Loader } from "@mantine/core";
import { useCallback, useEffect, useMemo } from "react";
import { api, read } from "../api/client";
import { asProblem } from "../api/problems";
import { mayBeSignedIn, post, whenSignedOut, workIn } from "../api/transport";
import { draftsOf } from "../ask/drafts";
import { Failure } from "../design/Failure";
import { takeLink } from "../entry/link";
import { page } from "./chunk";
import { SessionContext, sessionOf } from "./session";
import { Shell } from "./Shell";

const Entry = page(() => import("../entry/Entry"), "Entry");
const NoWorkspace = page(() => import("../entry/NoWorkspace"), "NoWorkspace");

const ME = ["me"];

async function readMe() {
  const link = takeLink("sign-in");
  try {
    if (mayBeSignedIn()) return await read(api.GET("/api/v1/auth/me"));
  } catch (error) {
    if (asProblem(error).status !== 401) throw error;
  }
  // A link is good once: whoever is signed in already keeps it unused.
  const signedIn = link !== null && (await post("exchange", { refresh_token: link })).ok;
  return signedIn ? read(api.GET("/api/v1/auth/me")) : null;
}

const meQuery = queryOptions({ queryKey: ME, queryFn: readMe, staleTime: Infinity });

/** Ask who is there before anything is drawn. */
export function askWhoIsThere(queries: QueryClient) {
  void queries.prefetchQuery(meQuery);
}

export function Gate() {
  const queries = useQueryClient();
  const me = useQuery(meQuery);
  const reload = useCallback(() => void queries.invalidateQueries({ queryKey: ME }), [queries]);

  useEffect(() => {
    whenSignedOut(() => queries.setQueryData(ME, null));
  }, [queries]);

  const entered = () => {
    // Whoever it is now sees nothing of who was here before.
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== ME[0] });
    reload();
  };

  const session = useMemo(() => (me.data ? sessionOf(me.data, reload) : null), [me.data, reload]);
  workIn(session?.workspace.id ?? null);
  if (session !== null) draftsOf(`${session.me.user.id} ${session.workspace.id}`);

  if (me.isPending) return <Whole />;
  if (me.isError) return <Failure error={me.error} retry={reload} />;
  if (me.data === null) return <Entry entered={entered} />;
  if (session === null) return <NoWorkspace me={me.data} entered={reload} />;
  return (
    <SessionContext value={session}>
      <Shell />
    </SessionContext>
  );
}

function Whole() {
  return (
    <Center h="100vh">
      <Loader size="sm" color="gray" />
    </Center>
  );
}
