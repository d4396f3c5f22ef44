@echo off
rem Runs the program with the editor's own Node, which the editor's terminals name, else with the one on the PATH.
setlocal
if defined EXECLOGS_NODE (
  set ELECTRON_RUN_AS_NODE=1
  "%EXECLOGS_NODE%" "%~dp0..\dist\execlogs.mjs" %*
) else (
  node "%~dp0..\dist\execlogs.mjs" %*
)
