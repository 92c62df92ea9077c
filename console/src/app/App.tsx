import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { asProblem } from "../api/problems";
import { untilReachable } from "../api/reach";
import { Toasts } from "../design/toasts";
import { LocaleProvider, type Language, type Messages } from "../i18n/messages";
import { askWhoIsThere } from "./Gate";
import { isOpenToAnybody } from "./places";
import { router } from "./router";
import { theme } from "./theme";

const colours = localStorageColorSchemeManager({ key: "answerable.colours" });
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";

const queries = new QueryClient({
  queryCache: new QueryCache({ onError: (error) => void askAgainWhenBack(error) }),
  defaultOptions: {
    // Whether there is a network is found out by asking: who waits for one sees nothing meanwhile.
    mutations: { networkMode: "always" },
    queries: {
      networkMode: "always",
      staleTime: 10_000,
      // What the server has decided stays decided; a lost connection comes back.
      retry: (count, error) => {
        const { status } = asProblem(error);
        return (status === 0 || status >= 500) && count < 3;
      },
    },
  },
});

const isAway = (error: unknown) => asProblem(error).code === "offline";

/** What could not be asked for while the server was away comes by itself when it is back. */
async function askAgainWhenBack(error: unknown): Promise<void> {
  if (!isAway(error)) return;
  await untilReachable();
  await queries.refetchQueries({ type: "active", predicate: ({ state }) => state.status === "error" && isAway(state.error) }, { cancelRefetch: false });
}

/** Fetch what the first page takes beside the words that it is drawn with, not after them. */
export function begin(path: string) {
  if (isOpenToAnybody(path)) return;
  askWhoIsThere(queries);
  if (path === "/" || path.startsWith("/c/")) void import("../ask/AskPage");
}

export function App({ language, messages }: { language: Language; messages: Messages }) {
  return (
    <LocaleProvider language={language} messages={messages}>
      <MantineProvider theme={theme} defaultColorScheme="auto" colorSchemeManager={colours} getStyleNonce={() => nonce}>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
          <Toasts />
        </QueryClientProvider>
      </MantineProvider>
    </LocaleProvider>
  );
}
