import { connect } from '../src/bridge/connect.ts';
import type { LogHost } from '../src/bridge/logHost.ts';
import { pageStyles } from './appStyles.ts';
import './logApp.ts';
import { connectEditor } from './vsCode.ts';

const editor = connectEditor();
if (pageStyles.styleSheet) document.adoptedStyleSheets.push(pageStyles.styleSheet);
const app = document.createElement('log-app');
app.host = connect<LogHost>(editor.port, { streams: ['commands', 'tailLog', 'watch'] });
app.keeper = editor;
document.body.append(app);
