// What every page gets at once. Everything larger waits in islands.ts until a page needs it.

import { startBusyLine } from "./busy.ts";
import { command, startCommands } from "./commands.ts";
import { startDialogs } from "./dialog.ts";
import { startForms } from "./forms.ts";
import { startHtmx } from "./htmx.ts";
import { startIslands } from "./islands.ts";
import { startLive } from "./live.ts";
import { startNav } from "./nav.ts";
import { startOffline } from "./offline/register.ts";
import { startOverlays } from "./overlay.ts";
import { startSession } from "./session.ts";
import { startShortcuts } from "./shortcuts.ts";
import { startTheme } from "./theme.ts";
import { startTooltips } from "./tooltip.ts";

startHtmx();
startCommands();
startOverlays();
startDialogs();
startForms();
startTheme();
startTooltips();
startBusyLine();
startNav();
startSession();
startShortcuts();
startLive();
startIslands();
startOffline();

command("palette", () => void import("./palette.ts").then((palette) => palette.open()));
command("print", () => print());
