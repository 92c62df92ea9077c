/** The file as it was uploaded. */
import type { DocumentView } from "../api/schema";
import { raw } from "../api/transport";
import { saveBlob } from "../design/saving";

export async function downloadDocument(document: Pick<DocumentView, "id" | "file_name">): Promise<void> {
  const response = await raw(`/api/v1/documents/${document.id}/file`);
  saveBlob(document.file_name, await response.blob());
}
