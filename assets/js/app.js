// Every page loads this: htmx with morphing, the live channel, and the small behaviours of the components.
import "./htmx.js";
import "./completion.js";
import "./dialogs.js";
import "./forms.js";
import "./frame.js";
import "./infields.js";
import "./keys.js";
import "./inbox.js";
import "./lists.js";
import "./live.js";
import "./palette.js";
import "./times.js";
import "./toasts.js";
