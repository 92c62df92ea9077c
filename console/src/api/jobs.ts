/** Follows a job until it ends, over every connection that is lost meanwhile. */
import { events } from "./events";
import { Offline, Problem, problemFrom } from "./problems";
import type { JobView } from "./schema";

const ATTEMPTS = 8;
const PAUSE_MS = 500;

/** Reports each state of the job. Throws Problem where it fails or is cancelled, Offline where nobody answers. */
export async function followJob(id: string, report: (job: JobView) => void, signal: AbortSignal): Promise<void> {
  let after = "0";
  for (let failures = 0; failures < ATTEMPTS; failures += 1) {
    try {
      for await (const event of events(`/api/v1/jobs/${id}/events`, { headers: { "Last-Event-ID": after }, signal })) {
        after = event.id;
        failures = 0;
        if (event.name === "job") {
          const job = event.data as JobView;
          if (job.status === "failed" || job.status === "cancelled") {
            throw new Problem(422, job.error?.code ?? job.status, job.error?.detail ?? "");
          }
          report(job);
        } else if (event.name === "end") {
          return;
        } else if (event.name === "error") {
          throw problemFrom(401, event.data);
        }
      }
    } catch (error) {
      if (!(error instanceof Offline) && !(error instanceof TypeError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * 2 ** failures));
  }
  throw new Offline();
}
