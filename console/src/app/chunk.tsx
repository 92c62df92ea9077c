/** Parts of the console that are loaded when they are first shown. While the server is away they say so in their place and
 * come by themselves when it is back; what is around them stays as it is. */
import { IconPlugConnectedX } from "@tabler/icons-react";
import { useEffect, useReducer, useState, type ComponentType, type ReactNode } from "react";
import { untilReachable } from "../api/reach";
import { Empty } from "../design/Empty";
import { toast } from "../design/toasts";
import { Waiting } from "../design/Waiting";
import { useMessages } from "../i18n/messages";
import css from "./shell.module.css";

type Chunk<P> = ((props: P) => ReactNode) & { preload: () => Promise<void> };

const RELOADED = "answerable.reloaded-for";

/** A page; `name` is its own among what the module exports. */
export function page<N extends string, P extends object = object>(load: () => Promise<Record<N, ComponentType<P>>>, name: N): Chunk<P> {
  return chunk(async () => (await load())[name], PageWaiting, PageAway);
}

/** A dialog or the like: nothing shows until it is there, or what `Instead` says. */
export function part<N extends string, P extends object>(load: () => Promise<Record<N, ComponentType<P>>>, name: N, Instead?: ComponentType<P>): Chunk<P> {
  return chunk(async () => (await load())[name], Instead ?? Nothing, Instead ?? PartAway);
}

function chunk<P extends object>(load: () => Promise<ComponentType<P>>, Loading: ComponentType<P>, Away: ComponentType<P>): Chunk<P> {
  let Shown: ComponentType<P> | null = null;
  const preload = async () => {
    Shown ??= await load();
  };
  function Loaded(props: P) {
    const [, drawAgain] = useReducer((count: number) => count + 1, 0);
    const [away, setAway] = useState(false);
    useEffect(() => {
      if (Shown !== null) return;
      let left = false;
      const arrive = async () => {
        try {
          await preload();
        } catch {
          if (left) return;
          setAway(true);
          await untilReachable();
          if (left) return;
          await preload().catch(anew);
        }
        if (!left) drawAgain();
      };
      void arrive();
      return () => {
        left = true;
      };
    }, []);
    if (Shown !== null) return <Shown {...props} />;
    return away ? <Away {...props} /> : <Loading {...props} />;
  }
  // The router asks for it as soon as one points at a link; whatever goes wrong then shows when the page is opened.
  return Object.assign(Loaded, { preload: () => preload().catch(() => undefined) });
}

/** Browsers remember that a module failed, and a newer release has others: the address is opened anew, once. */
function anew(error: unknown): void {
  if (sessionStorage.getItem(RELOADED) === location.href) throw error;
  sessionStorage.setItem(RELOADED, location.href);
  location.reload();
}

function PageWaiting() {
  return (
    <div className={css.waiting}>
      <Waiting />
    </div>
  );
}

function PageAway() {
  const m = useMessages();
  return <Empty order={1} icon={IconPlugConnectedX} title={m.problem.offlineTitle} lead={m.problem.offline} />;
}

function PartAway() {
  const m = useMessages();
  useEffect(() => toast(m.problem.offline, { tone: "danger" }), [m]);
  return null;
}

function Nothing() {
  return null;
}
