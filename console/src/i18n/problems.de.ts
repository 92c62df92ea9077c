/** Was schiefgeht, auf Deutsch. */
import type { FieldProblem, Problem } from "../api/problems";
import type { CheckedModel } from "../api/schema";

/**
 * Was schiefging, nach dem Code des Servers; wo ein Code mehreres bedeutet, nach dem des Grundes. Wo es auf die Worte des
 * Servers ankommt (welche Spalte, welche Zahl), stehen diese dahinter.
 */
const problems: Readonly<Record<string, string>> = {
  // Dateien
  empty_file: "Die Datei ist leer. Laden Sie eine mit Inhalt hoch.",
  no_table: "In der Datei ist keine Tabelle. Prüfen Sie, ob sie einen Kopf und Zeilen hat.",
  damaged_file: "Die Datei ist beschädigt und lässt sich nicht lesen. Speichern Sie sie neu und laden Sie sie noch einmal hoch.",
  encrypted_file: "Die Datei ist durch ein Passwort geschützt. Speichern Sie sie ohne.",
  archive_bomb: "Entpackt ist die Datei größer, als gelesen wird. Teilen Sie sie, oder speichern Sie eine Arbeitsmappe als CSV.",
  unsupported_type: "Dateien dieser Art werden hier nicht gelesen. Speichern Sie sie in einem anderen Format.",
  too_many_columns: "Die Tabelle hat mehr Spalten, als gelesen werden.",
  too_many_cells: "Ein Blatt hat mehr Zellen, als gelesen werden. Speichern Sie es als CSV.",
  too_many_tables: "Die Datei enthält mehr Tabellen, als gelesen werden. Teilen Sie sie.",
  too_large: "Das ist größer, als angenommen wird. Teilen Sie es auf.",
  line_too_long: "Die Datei hat Zeilen, die für eine Tabelle zu lang sind.",
  file_too_heavy: "Die Datei zu lesen braucht mehr Speicher oder Zeit, als erlaubt ist. Teilen Sie sie, oder speichern Sie sie als CSV oder Parquet.",
  storage_full: "Auf dem Server ist kein Platz mehr; nichts wurde gespeichert. Sagen Sie es dem Betrieb.",
  encrypted: "Die Datei ist durch ein Passwort geschützt. Entfernen Sie es und laden Sie sie noch einmal hoch.",
  damaged: "Die Datei ist beschädigt oder abgeschnitten. Speichern Sie sie neu und laden Sie sie noch einmal hoch.",
  no_text: "Die Datei enthält keinen Text. Wenn sie welchen zeigt, lassen Sie ihn zuerst erkennen (OCR).",
  timeout: "Die Datei zu lesen hat zu lange gedauert. Teilen Sie sie, oder speichern Sie sie in einem einfacheren Format.",
  memory: "Die Datei zu lesen braucht zu viel Speicher. Teilen Sie sie in kleinere.",
  crash: "An dieser Datei ist ihr Leser gescheitert. Speichern Sie sie in einem anderen Format, etwa PDF.",
  // Tabellen und ihre Versionen
  key_missing: "Der Schlüssel fehlt: in der Datei, in der Tabelle oder in einzelnen Zeilen. Nennen Sie Spalten, die es in beiden gibt und die überall gefüllt sind.",
  key_zeros: "Schlüssel der Datei unterscheiden sich nur durch führende Nullen von denen, die da sind. Schreiben Sie sie wie dort.",
  key_not_unique: "Mehrere Zeilen haben denselben Schlüssel. Nehmen Sie die Spalte hinzu, die sie unterscheidet.",
  dataset_busy: "Eine Datei der Tabelle wird gerade gelesen. Versuchen Sie es noch einmal, wenn das fertig ist.",
  dataset_not_ready: "Die Tabelle hat noch keine Zeilen. Warten Sie, bis sie gelesen ist, oder sehen Sie nach, woran es lag.",
  dataset_read_live: "Die Zeilen dieser Tabelle liegen in einer verbundenen Datenbank, deshalb geht das hier nicht.",
  version_outdated: "Inzwischen gibt es eine andere Version. Sehen Sie sie an, bevor Sie entscheiden.",
  version_expired: "Diese Version wird nicht mehr aufbewahrt. Wählen Sie eine neuere.",
  already_in_workspace: "Der Arbeitsbereich hat dieselbe Datei schon.",
  data_hidden: "Teile der Daten sind Ihnen verborgen. Fragen Sie jemanden mit Verwaltungsrechten.",
  stale_model: "Das semantische Modell wurde inzwischen geändert. Laden Sie es neu und ändern Sie es noch einmal.",
  precondition_failed: "Das wurde inzwischen geändert. Laden Sie es neu.",
  query_out_of_memory: "Die Abfrage braucht mehr Speicher, als sie nehmen darf. Grenzen Sie sie ein.",
  query_overflow: "Eine Zahl der Abfrage wird zu groß für ihren Typ. Fragen Sie nach weniger Zeilen oder nach einem Durchschnitt.",
  query_timeout: "Die Abfrage hat zu lange gedauert. Grenzen Sie sie ein.",
  query_engine_unavailable: "Tabellen lassen sich gerade nicht abfragen. Versuchen Sie es gleich noch einmal.",
  // Anmeldung und Rechte
  wrong_credentials: "Die E-Mail-Adresse oder das Passwort ist falsch. Prüfen Sie beides.",
  unauthenticated: "Melden Sie sich an.",
  refresh_token_refused: "Melden Sie sich neu an.",
  registration_closed: "Hier kann sich niemand selbst ein Konto anlegen. Lassen Sie sich einladen.",
  email_taken: "Für diese E-Mail-Adresse gibt es schon ein Konto. Melden Sie sich damit an.",
  invitation_refused: "Diese Einladung gilt nicht oder nicht mehr. Lassen Sie sich noch einmal einladen.",
  last_owner: "Ein Arbeitsbereich braucht jemanden, dem er gehört. Geben Sie zuerst jemand anderem diese Rolle.",
  role_too_high: "Über diese Rolle dürfen Sie nicht verfügen.",
  // Fragen und Abfragen
  change_not_explained: "Warum sich die Zahl geändert hat, lässt sich so nicht berechnen. Fragen Sie nach einem Zeitraum mit Daten davor und danach, und nach einer Zahl, die sich zusammenzählen lässt.",
  query_too_large: "Die Abfrage müsste zu viel lesen. Grenzen Sie sie ein.",
  workspace_scan_limit: "Die Abfrage müsste mehr lesen, als dieser Arbeitsbereich einer Abfrage erlaubt. Grenzen Sie den Zeitraum ein, oder bitten Sie jemanden mit Verwaltungsrechten, die Grenze anzuheben.",
  workspace_time_limit: "Die Abfrage hat länger gedauert, als dieser Arbeitsbereich einer Abfrage erlaubt. Grenzen Sie den Zeitraum ein, oder bitten Sie jemanden mit Verwaltungsrechten, die Grenze anzuheben.",
  charts_unavailable: "Hier lassen sich keine Bilder und Seiten zeichnen: Auf dem Server fehlt das Zusatzpaket „charts“.",
  no_chart: "Zu dem Ergebnis gibt es kein Diagramm. Nehmen Sie es als CSV.",
  run_lost: "Die Antwort ging verloren, bevor sie fertig war. Fragen Sie noch einmal.",
  run_under_way: "Die vorige Antwort ist noch unterwegs. Warten Sie sie ab, oder halten Sie sie an.",
  source_gone: "Ein Dokument oder eine Tabelle der Antwort wurde inzwischen gelöscht. Fragen Sie noch einmal.",
  client_left: "Die Verbindung endete, bevor die Antwort fertig war.",
  not_confirmable: "Bestätigen lässt sich nur eine ganze Frage, deren Antwort aus einer Abfrage kommt.",
  already_verified: "Diese Worte hat schon eine andere bestätigte Frage. Ändern oder löschen Sie jene, oder wählen Sie andere Worte.",
  already_decided: "Darüber ist schon entschieden. Nehmen Sie die Entscheidung zurück, um neu zu entscheiden.",
  not_decided: "Darüber ist noch nicht entschieden. Nehmen Sie es an, oder lehnen Sie es ab.",
  nothing_to_name: "Die Tabelle, Spalte oder Kennzahl gibt es nicht mehr. Lehnen Sie den Vorschlag ab, oder legen Sie sie zuerst wieder an.",
  too_many_verified_questions: "Mehr bestätigte Fragen werden nicht aufbewahrt. Löschen Sie abgelehnte und solche, die nicht mehr passen.",
  too_many_notes: "Zu einem Dokument werden nicht mehr Hinweise aufbewahrt. Löschen Sie abgelehnte.",
  nothing_to_share: "Fragen Sie zuerst etwas; dann lässt sich die Unterhaltung teilen.",
  document_not_quoted: "Die Antwort nennt dieses Dokument nicht. Schreiben Sie den Hinweis zu einem, das sie zitiert oder in der Nähe zeigt.",
  names_nothing: "Im semantischen Modell gibt es diese Tabelle, Spalte oder Kennzahl nicht.",
  question_missing: "Es fehlt die Frage, die diese Abfrage beantwortet.",
  question_without_words: "Die Frage hat keine Worte, an denen man sie erkennt. Schreiben Sie sie so, wie sie gestellt wird.",
  no_answer_to_follow: "Eine Frage folgt auf eine Antwort; hier ist keine.",
  no_such_reading: "Diese Lesart wurde nicht angeboten.",
  only_questions_are_edited: "Nur eine Frage lässt sich ändern.",
  // Meldungen und angeheftete Antworten
  watch_without_groups: "Eine Meldung achtet auf eine Zahl oder eine Reihe. Heften Sie die Frage ohne Gruppen an.",
  watch_by_period: "Eine Meldung achtet auf eine Zahl oder eine Reihe. Heften Sie die Frage nach Tag, Woche oder Monat an.",
  usual_range_needs_series: "Ein üblicher Bereich braucht eine Reihe. Heften Sie die Frage nach Tag, Woche oder Monat an.",
  pinned_versions: "Die Antwort bleibt bei ihren Daten, ändert sich also nie.",
  nothing_to_watch: "Hier ist keine Zahl, auf die zu achten wäre.",
  not_watchable: "Darauf kann so keine Meldung achten.",
  too_many_alerts: "Der Arbeitsbereich hat so viele Meldungen, wie er haben darf. Löschen Sie zuerst eine.",
  bad_schedule: "Schreiben Sie die Zeiten als „every 15m“, „every 2h“, „every 1d“ oder als Cron-Zeile mit fünf Feldern (UTC).",
  live_cannot_be_pinned: "Die Zeilen einer verbundenen Datenbank werden nicht aufbewahrt, deshalb lässt sich keine Version festhalten. Wählen Sie „Neueste Daten“.",
  expires_in_past: "Das liegt in der Vergangenheit. Wählen Sie eine spätere Zeit.",
  // Semantisches Modell
  policies_by_admins: "Wer welche Zeilen und Spalten sieht, entscheiden Administratoren. Lassen Sie diese Teile, wie sie sind.",
  revision_unknown: "Diese Revision des semantischen Modells gibt es nicht.",
  // Tabellen und Dokumente
  engine_fixed: "Wo eine Tabelle liegt, wird beim Anlegen gewählt. Löschen Sie sie und laden Sie die Datei neu hoch, um das zu ändern.",
  dataset_missing: "Nennen Sie die Tabelle, zu der die Zeilen kommen sollen.",
  key_needed: "Nennen Sie die Spalten, an denen Zeilen zu unterscheiden sind.",
  key_too_long: "So viele Spalten kann ein Schlüssel nicht haben.",
  name_length: "Der Name ist leer oder zu lang.",
  no_two_versions: "Die Tabelle hat keine zwei Versionen, die sich vergleichen ließen.",
  nul_character: "Text darf das Zeichen NUL nicht enthalten. Entfernen Sie es.",
  document_not_ready: "Das Dokument ist noch nicht gelesen, oder es ließ sich nicht lesen.",
  document_changed: "Das Dokument wurde inzwischen geändert. Versuchen Sie es noch einmal.",
  encoder_changed: "Das Embedding-Modell wurde inzwischen gewechselt; das Dokument wird dafür neu eingebettet.",
  just_deleted: "Dieselbe Datei wurde gerade gelöscht. Laden Sie sie noch einmal hoch.",
  vector_store_away: "Der Vektorspeicher antwortet gerade nicht. Versuchen Sie es gleich noch einmal.",
  unknown_vector_store: "Diesen Vektorspeicher gibt es hier nicht.",
  warehouse_unavailable: "Das Data Warehouse antwortet gerade nicht. Versuchen Sie es gleich noch einmal.",
  warehouse_unfit: "Das Data Warehouse ist nicht eingerichtet, wie es sein muss. Der Betrieb findet mit „answerable doctor“ heraus, woran es liegt.",
  job_ended: "Die Aufgabe ist schon zu Ende; da ist nichts abzubrechen.",
  interrupted: "Die Aufgabe wurde zu oft unterbrochen: Worker hielten an, oder die Datenbank war fort. Versuchen Sie es noch einmal, wenn der Server ruhig läuft.",
  worker_died: "Der Worker ist über dieser Aufgabe mehrmals gestorben oder stehen geblieben. Vielleicht braucht die Eingabe mehr Speicher oder Zeit, als er hat.",
  unexpected: "Die Aufgabe ist unerwartet gescheitert. Mehr steht im Protokoll des Servers.",
  // Quellen
  source_busy: "Die Quelle ist gerade nicht in einem Zustand dafür: angehalten, im Löschen, oder die der hochgeladenen Dokumente.",
  source_name_taken: "Eine Quelle mit diesem Namen gibt es schon. Wählen Sie einen anderen.",
  sync_ended: "Der Abgleich ist schon zu Ende; da ist nichts abzubrechen.",
  unknown_connector: "Quellen dieser Art kann der Server nicht lesen.",
  unknown_source: "Diese Quelle hat der Arbeitsbereich nicht.",
  // Verbundene Datenbanken
  connection_name_taken: "Eine Verbindung mit diesem Namen gibt es schon. Wählen Sie einen anderen.",
  connection_no_such_table: "Die Datenbank hat diese Tabelle nicht.",
  connection_place_refused: "Dieser Server ist für Verbindungen nicht freigegeben. Der Betrieb gibt private Server mit ANSWERABLE_CONNECTIONS__PRIVATE_HOSTS frei.",
  no_such_file: "Unterhalb der Ordner, die der Betrieb erlaubt (ANSWERABLE_CONNECTIONS__ROOTS), gibt es diese Datei nicht.",
  connection_role_writes: "Die Rolle könnte auch schreiben. Legen Sie eine an, die nur liest, oder nehmen Sie sie trotzdem; geschrieben wird auch dann nichts.",
  connection_secret_unreadable: "Das Passwort der Verbindung lässt sich nicht mehr öffnen. Geben Sie es noch einmal ein.",
  connection_authentication: "Die Datenbank lässt diese Rolle mit diesem Passwort nicht herein. Prüfen Sie beides.",
  connection_tls: "Die verschlüsselte Verbindung kam nicht zustande. Prüfen Sie Zertifikat und Verschlüsselung.",
  connection_unknown_database: "Auf dem Server gibt es diese Datenbank nicht. Prüfen Sie den Namen.",
  connection_file_version: "Die Datei ist von einer Version, die hier nicht gelesen wird.",
  connection_unfinished: "Ein anderes Programm hat die Datei nicht zu Ende geschrieben. Schließen Sie sie dort.",
  connection_stopped: "Der Server hat die Sitzung beendet oder hält gerade an. Versuchen Sie es, wenn er wieder läuft.",
  connection_overflow: "Eine Zahl der Abfrage wird zu groß für ihren Typ. Fragen Sie nach weniger Zeilen oder nach einem Durchschnitt.",
  connection_lock_wait: "Ein anderes Programm hält die Tabelle gesperrt. Fragen Sie noch einmal, wenn es fertig ist; sonst beenden Sie dort seine Sitzung.",
  connection_replica_conflict: "Die Kopie der Datenbank hat die Abfrage für Änderungen von ihrem Original aufgegeben. Fragen Sie noch einmal.",
  connection_locked: "Ein anderes Programm hält die Datei gesperrt. Schließen Sie sie dort.",
  connection_memory: "Die Datenbank hat nicht genug Speicher für diese Abfrage.",
  connection_not_a_database: "Die Datei ist keine solche Datenbank, oder sie ist beschädigt.",
  connection_unreachable: "Unter dieser Adresse antwortet keine Datenbank. Prüfen Sie Server, Port und Netz.",
  connection_forbidden: "Die Rolle darf das nicht lesen. Geben Sie ihr SELECT.",
  connection_value: "In der Datenbank steht ein Wert, den es hier nicht gibt, etwa infinity oder NaN. Lassen Sie solche Zeilen durch einen Filter weg, oder übernehmen Sie eine Sicht, die dort NULL hat.",
  connection_gone: "Die Tabelle oder Spalte gibt es nicht mehr. Übernehmen Sie die Tabellen der Verbindung neu.",
  // Modelle
  name_taken: "So heißt im Arbeitsbereich schon etwas. Wählen Sie einen anderen Namen.",
  in_use: "Aliase führen dorthin. Lassen Sie sie zuerst auf anderes zeigen, oder löschen Sie sie.",
  model_not_found: "Ein Modell mit diesem Namen gibt es hier nicht.",
  capability_missing: "Das Modell kann das nicht. Nehmen Sie ein anderes, oder tragen Sie die Fähigkeit ein.",
  unknown_provider_kind: "Dieses Protokoll spricht der Server nicht.",
  no_model_to_try: "Es gibt kein Modell, das sich probieren ließe. Tragen Sie eines ein.",
  private_address: "Die Adresse führt in ein privates Netz. Nehmen Sie eine öffentliche, oder bitten Sie den Betrieb, den Server freizugeben (ANSWERABLE_INFERENCE__PRIVATE_HOSTS).",
  https_needed: "Die Adresse muss mit https:// beginnen, sonst ginge der Schlüssel unverschlüsselt übers Netz.",
  secrets_again: "Zu einer neuen Adresse gehören die Geheimnisse noch einmal. Geben Sie sie mit ein.",
  too_many: "Der Arbeitsbereich hat davon so viele, wie er haben darf. Löschen Sie, was niemand benutzt.",
  no_target_available: "Gerade kann kein Modell antworten. Versuchen Sie es gleich noch einmal.",
  rate_limit_exceeded: "Die Anbieter nehmen gerade nichts mehr an. Versuchen Sie es gleich noch einmal.",
  limit_exceeded: "Eine Grenze ist erreicht. Warten Sie, oder bitten Sie jemanden mit Verwaltungsrechten, sie anzuheben.",
  budget_exceeded: "Ein Budget ist aufgebraucht. Warten Sie, oder bitten Sie jemanden mit Verwaltungsrechten, es anzuheben.",
  call_exceeds_limit: "Der Aufruf ist größer als die ganze Grenze; Warten hilft nicht. Senden Sie weniger.",
  limits_unavailable: "Budgets lassen sich gerade nicht prüfen. Versuchen Sie es gleich noch einmal.",
  usage_log_full: "Der Verbrauch lässt sich gerade nicht aufzeichnen, deshalb wird kein Modell gefragt. Sagen Sie es dem Betrieb.",
  tool_name_taken: "Ein Werkzeug mit diesem Namen gibt es schon.",
  unknown_tool: "Dieses Werkzeug hat der Arbeitsbereich nicht.",
  unknown_tool_version: "Diese Version hat das Werkzeug nicht.",
  stale_rules: "Die Regeln wurden inzwischen geändert. Sehen Sie sich die anderen an, bevor Sie sie ersetzen.",
  stale_tool: "Das Werkzeug wurde inzwischen geändert. Laden Sie es neu und ändern Sie es noch einmal.",
  wrong_tool_kind: "Das Werkzeug findet Stellen und antwortet nicht. Nennen Sie eines, das antwortet.",
  // Anfragen
  already_a_member: "Diese Person gehört schon dazu. Ändern Sie stattdessen ihre Rolle.",
  you_are_a_member: "Sie gehören schon zu diesem Arbeitsbereich.",
  another_invitation: "Diese Einladung gilt einer anderen E-Mail-Adresse. Melden Sie sich mit jener an.",
  send_invitation: "Mit dieser E-Mail-Adresse lässt sich niemand sofort aufnehmen. Schicken Sie eine Einladung.",
  no_workspace: "Sie gehören zu keinem Arbeitsbereich. Legen Sie einen an, oder nehmen Sie eine Einladung an.",
  needs_scope: "Dazu fehlt Ihnen das Recht. Fragen Sie jemanden mit Verwaltungsrechten.",
  key_cannot: "Mit einem API-Schlüssel geht das nicht. Melden Sie sich an.",
  server_owner_only: "Das darf nur, wem der Server gehört.",
  forbidden: "Das dürfen Sie nicht. Fragen Sie jemanden mit Verwaltungsrechten.",
  password_length: "Das Passwort ist zu kurz oder zu lang.",
  password_control_characters: "Das Passwort enthält ein Steuerzeichen, etwa einen Zeilenumbruch. Lassen Sie es weg.",
  malformed_request: "Die Anfrage ließ sich nicht lesen.",
  method_not_allowed: "Das geht an dieser Adresse nicht.",
  csrf_header_missing: "Die Anfrage kam nicht von dieser Seite. Laden Sie sie neu.",
  host_not_allowed: "Der Server ist unter diesem Namen nicht freigegeben (ANSWERABLE_HTTP__ALLOWED_HOSTS).",
  origin_not_allowed: "Diese Seite darf den Server nicht fragen (ANSWERABLE_HTTP__ALLOWED_ORIGINS).",
  idempotency_key_reused: "Dieselbe Kennung kam schon mit einer anderen Anfrage. Versuchen Sie es noch einmal.",
  answer_streamed: "Diese Antwort wurde schon gesendet. Laden Sie die Seite neu.",
  answer_withheld: "Die Antwort auf diese Anfrage wird kein zweites Mal gezeigt.",
  // Der Server
  not_found: "Hier ist nichts. Es wurde vielleicht gelöscht.",
  too_many_requests: "Das waren zu viele Anfragen. Warten Sie einen Augenblick.",
  too_slow: "Die Anfrage kam zu langsam an. Versuchen Sie es noch einmal.",
  unavailable: "Der Server kann das gerade nicht. Versuchen Sie es gleich noch einmal.",
  internal_error: "Auf dem Server ist etwas schiefgegangen. Versuchen Sie es noch einmal; bleibt es so, sagen Sie es dem Betrieb.",
  answer_kept_back: "Die Antwort wird zurückgehalten: Was Sie von den Daten sehen dürfen, hat sich seitdem geändert. Fragen Sie noch einmal.",
  run_cancelled: "Die Antwort wurde abgebrochen.",
};

/** Codes, bei denen es auf die Worte des Servers ankommt: Sie stehen hinter dem Satz. */
const inServersWords: Readonly<Record<string, string>> = {
  invalid_query: "Die Abfrage passt nicht zum semantischen Modell.",
  invalid_model: "Das semantische Modell ist nicht in Ordnung.",
  unreadable_model: "Das semantische Modell lässt sich nicht lesen.",
  unreadable_model_file: "Die Dateien lassen sich nicht als Modell lesen.",
  unknown_table: "Die Zuordnung nennt Tabellen, die es nicht gibt.",
  query_failed: "Die Abfrage ließ sich nicht berechnen.",
  statement_refused: "Diese Anweisung ist nicht erlaubt.",
  rules_refused: "Die Regeln passen nicht zur Tabelle.",
  connection_failed: "Die Datenbank lässt sich nicht lesen.",
  connection_import_incomplete: "Nicht alles ließ sich übernehmen. Das Übrige ist da.",
  schema_changed: "Die Spalten der Datei passen nicht zur Tabelle.",
  unit_changed: "Die Einheiten der Datei passen nicht zur Tabelle.",
  invalid_rule: "Eine Regel ist nicht in Ordnung.",
  invalid_rows: "Zeilen der Datei halten die Regeln nicht ein.",
  invalid_request: "Das Modell kann mit der Anfrage nichts anfangen.",
  unsupported_field: "Das Modell kann mit einem Teil der Anfrage nichts anfangen.",
  conflict: "Das passt nicht zum jetzigen Stand.",
  invalid_input: "So geht es nicht.",
};

/** Was mit einem Feld nicht stimmt. `min_length` und dergleichen nennt der Server. */
type Said = Readonly<Record<string, string | number>>;
const zeichen = (n: string | number | undefined) => `${n} Zeichen`;
const fieldProblems: Readonly<Record<string, (said: Said) => string>> = {
  missing: () => "fehlt",
  extra_forbidden: () => "ist hier nicht vorgesehen",
  length_between: ({ min_length, max_length }) => `braucht ${min_length} bis ${max_length} Zeichen`,
  string_too_short: ({ min_length }) => `braucht mindestens ${zeichen(min_length)}`,
  string_too_long: ({ max_length }) => `darf höchstens ${zeichen(max_length)} haben`,
  string_pattern_mismatch: () => "hat nicht die nötige Form",
  string_type: () => "muss Text sein",
  too_short: ({ min_length }) => `braucht mindestens ${min_length} Einträge`,
  too_long: ({ max_length }) => `darf höchstens ${max_length} Einträge haben`,
  greater_than: ({ gt }) => `muss größer sein als ${gt}`,
  greater_than_equal: ({ ge }) => `muss mindestens ${ge} sein`,
  less_than: ({ lt }) => `muss kleiner sein als ${lt}`,
  above_limit: ({ estimate, limit }) => `etwa ${Number(estimate).toLocaleString("de")}, erlaubt sind ${Number(limit).toLocaleString("de")}`,
  less_than_equal: ({ le }) => `darf höchstens ${le} sein`,
  int_type: () => "muss eine ganze Zahl sein",
  int_parsing: () => "muss eine ganze Zahl sein",
  int_from_float: () => "muss eine ganze Zahl sein",
  float_type: () => "muss eine Zahl sein",
  float_parsing: () => "muss eine Zahl sein",
  finite_number: () => "muss eine endliche Zahl sein",
  decimal_parsing: () => "muss eine Zahl sein",
  bool_type: () => "muss ja oder nein sein",
  bool_parsing: () => "muss ja oder nein sein",
  date_parsing: () => "muss ein Datum sein",
  date_from_datetime_parsing: () => "muss ein Datum sein",
  datetime_parsing: () => "muss ein Zeitpunkt sein",
  datetime_from_date_parsing: () => "muss ein Zeitpunkt sein",
  timezone_aware: () => "braucht eine Zeitzone",
  enum: () => "hat einen Wert, den es hier nicht gibt",
  literal_error: () => "hat einen Wert, den es hier nicht gibt",
  union_tag_invalid: () => "hat einen Wert, den es hier nicht gibt",
  union_tag_not_found: () => "nennt seine Art nicht",
  list_type: () => "muss eine Liste sein",
  dict_type: () => "muss ein Objekt sein",
  model_type: () => "muss ein Objekt sein",
  model_attributes_type: () => "muss ein Objekt sein",
  url_parsing: () => "muss eine Adresse sein",
};

/** Felder, wie sie in Formularen heißen. */
const fieldNames: Readonly<Record<string, string>> = {
  email: "E-Mail-Adresse", password: "Passwort", name: "Name", workspace_name: "Name des Arbeitsbereichs", question: "Frage", content: "Frage", expires_at: "Ende", role: "Rolle",
  schedule: "Zeiten", time_zone: "Zeitzone", key: "Schlüssel", mode: "Art", base_url: "Adresse", kind: "Art", models: "Modelle", api_key: "API-Schlüssel", host: "Server", port: "Port",
  database: "Datenbank", username: "Rolle", secret: "Passwort", title: "Titel", description: "Beschreibung", attributes: "Merkmale", keep_versions: "Versionen, die bleiben", keep_days: "Tage, die bleiben",
  max_scan_rows: "Zeilen", max_scan_bytes: "Bytes", timeout_seconds: "Sekunden",
};

/** Was schiefging; was nur der Server sagen kann, in seinen Worten. */
export function problemTold(code: string, detail: string): string {
  const known = problems[code];
  if (known !== undefined) return known;
  return code in inServersWords ? `${inServersWords[code]} Der Server sagt dazu: „${detail}“` : detail;
}

/** Dasselbe mit dem, was an einzelnen Feldern nicht stimmt. */
export function problemWhole({ code, detail, reason, fields }: Pick<Problem, "code" | "detail" | "reason" | "fields">): string {
  const known = problems[reason ?? ""] ?? problems[code];
  const wrong = fields.map((each) => [fieldNames[each.field] ?? each.field, fieldWrong(each)] as const);
  const told = wrong.flatMap(([name, what]) => (what === null ? [] : [`${name} ${what}`])).join(", ");
  if (known !== undefined) return told === "" ? known : `${known} (${told})`;
  if (code === "invalid_input" && told !== "" && wrong.every(([, what]) => what !== null)) return `So geht es nicht: ${told}.`;
  const said = fields.map((each) => `${each.field}: ${each.message}`).filter((each) => !detail.includes(each));
  return problemTold(code, [detail, ...said].filter(Boolean).join(" · "));
}

/** Was mit dem Feld nicht stimmt; null, wo nur der Server es sagen kann. */
export function fieldWrong({ code, arguments: said }: FieldProblem): string | null {
  return fieldProblems[code ?? ""]?.(said ?? {}) ?? null;
}

/** Warum ein Modell eines Anbieters nicht antwortet. */
export const providerProblems: Record<NonNullable<CheckedModel["problem"]>, string> = {
  address: "Prüfen Sie die Adresse: Dort antwortet nichts, was dieses Protokoll spricht.",
  key: "Prüfen Sie den API-Schlüssel: Der Anbieter nimmt ihn nicht an.",
  model: "Prüfen Sie den Namen des Modells: Der Anbieter kennt es nicht.",
  limit: "Schlüssel und Adresse stimmen; die Grenze des Anbieters für den Schlüssel ist erreicht.",
  budget: "Es wurde nichts gesendet: Ein Budget oder eine Grenze des Arbeitsbereichs lässt den Aufruf nicht zu.",
  request: "Schlüssel und Adresse stimmen; für dieses Modell nimmt der Anbieter solche Aufrufe nicht an.",
  provider: "Der Anbieter ist da und scheitert. Sehen Sie auf seiner Statusseite nach, oder versuchen Sie es später.",
};

/** Warum eine Quelle sich nicht abgleichen ließ. */
export const sourceProblems: Readonly<Record<string, string>> = {
  outbound_address: "Mit dieser Adresse darf sich der Server nicht verbinden.",
  outbound_connect: "Unter der Adresse antwortet niemand. Prüfen Sie Name, Port und Netz.",
  outbound_protocol: "Was dort antwortet, spricht ein anderes Protokoll.",
  outbound_first_byte: "Die Antwort begann nicht rechtzeitig.",
  outbound_idle: "Die Antwort blieb mittendrin stehen.",
  outbound_total: "Die Antwort dauerte zu lange.",
  outbound_cut: "Die Verbindung endete, bevor die Antwort vollständig war.",
  not_found: "Unter der Adresse ist nichts.",
  refused: "Der Server verweigert den Zugang. Prüfen Sie die Zugangsdaten.",
  robots: "Die Seite bittet in ihrer robots.txt, nicht von Programmen gelesen zu werden.",
  bad_status: "Der Server hat mit einem Fehler geantwortet.",
  bad_address: "Das ist keine Adresse; nötig ist https://server/pfad.",
  too_many_redirects: "Die Adresse leitet zu oft weiter.",
  bad_sitemap: "Die Sitemap lässt sich nicht lesen.",
  sitemap_too_large: "Die Sitemap ist zu groß.",
  not_json: "Die Antwort ist kein JSON.",
  endless_pages: "Die Seiten nehmen kein Ende, oder sie führen im Kreis.",
  no_items: "Wo die Liste stehen soll, ist keine. Prüfen Sie „items_path“.",
  no_id: "Einem Eintrag fehlt seine Kennung. Prüfen Sie „id_path“.",
  bad_id: "Die Spalte der Kennungen muss ganze Zahlen, Text oder UUIDs enthalten, keine davon leer.",
  database: "Die Datenbank hat die Abfrage abgelehnt oder ist fort.",
  no_file: "Unter dem Pfad gibt es keine SQLite-Datei.",
  no_bucket: "Diesen Bucket gibt es nicht.",
  not_s3: "Was dort antwortet, ist kein S3-Speicher.",
  folder_unreadable: "Der Ordner lässt sich nicht lesen.",
  file_unreadable: "Das ist keine Datei mehr.",
};
