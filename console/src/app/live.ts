/** What happens in the workspace, as it happens: open pages ask again for what has changed. */
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { events } from "../api/events";
import { isFollowed } from "../ask/followed";
import { touches } from "./touched";

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
export const ALERTS = ["alerts"];

/** Listens while the page is seen: hidden ones would take up the connections that a browser has for a server. */
export function useLive(): void {
  const queries = useQueryClient();
  useEffect(() => {
    let last: string | null = null;
    let open: AbortController | null = null;
    const lookAgain = new LookAgain(queries);
    const listen = async (stop: AbortController) => {
      let pause = FIRST_PAUSE_MS;
      while (!stop.signal.aborted) {
        try {
          const headers: Record<string, string> = last === null ? {} : { "Last-Event-ID": last };
          for await (const event of events("/api/v1/events/stream?changes=true", { signal: stop.signal, headers })) {
            if (event.name === "error") break;
            pause = FIRST_PAUSE_MS;
            last = event.id;
            if (event.name === "changed") lookAgain.add((event.data as Changed).resources);
            else heard(queries, event.name, event.data as Told);
          }
        } catch {
          // Whatever it was, a page that asks for something shows it; the stream is tried again.
        }
        if (!stop.signal.aborted) await rest(pause, stop.signal);
        pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
      }
    };
    const look = () => {
      if (document.visibilityState === "hidden") {
        open?.abort();
        open = null;
      } else if (open === null) {
        open = new AbortController();
        void listen(open);
      }
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      open?.abort();
    };
  }, [queries]);
}

interface Told {
  subject: { type: string; id: string };
}

interface Changed {
  resources: readonly string[];
}

/** Has open queries asked again, one round at a time: what changes during a round is asked for after it, so that many changes neither pile up nor cut short what is on its way. */
class LookAgain {
  private waiting = new Set<string>();
  private busy = false;

  constructor(private readonly queries: QueryClient) {}

  add(resources: readonly string[]): void {
    resources.forEach((resource) => this.waiting.add(resource));
    if (!this.busy) void this.run();
  }

  private async run(): Promise<void> {
    this.busy = true;
    while (this.waiting.size > 0) {
      const resources = [...this.waiting];
      this.waiting.clear();
      await this.queries.invalidateQueries({ predicate: (query) => touches(resources, query) && !isFollowed(query.queryKey) });
    }
    this.busy = false;
  }
}

function heard(queries: QueryClient, kind: string, told: Told): void {
  if (kind === "dashboard.refreshed") void queries.invalidateQueries({ queryKey: ["dashboards", told.subject.id] });
  if (kind.startsWith("alert.")) void queries.invalidateQueries({ queryKey: ALERTS });
}

function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
