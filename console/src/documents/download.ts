/** The file as it was uploaded. */
import type { DocumentView } from "../api/schema";
import { raw } from "../api/transport";
import { saveBlob } from "../design/saving";

export async function downloadDocument(document: Pick<DocumentView, "id" | "file_name" | "session_id">): Promise<void> {
  const within = document.session_id === null ? "" : `?session_id=${document.session_id}`;
  const response = await raw(`/api/v1/documents/${document.id}/file${within}`);
  saveBlob(document.file_name, await response.blob());
}
