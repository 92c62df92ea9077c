/** Which documents and tables on the page belong to the conversation that it shows. */
import { createContext, useContext } from "react";

export interface Within {
  sessionId: string;
  ids: ReadonlySet<string>;
}

export const WithinContext = createContext<Within | null>(null);

/** The conversation that a document or table belongs to: what opens it must name it. */
export function useConversationOf(): (id: string) => string | undefined {
  const within = useContext(WithinContext);
  return (id) => (within?.ids.has(id) ? within.sessionId : undefined);
}
