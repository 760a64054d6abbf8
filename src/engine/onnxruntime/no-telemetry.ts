// ONNX Runtime 1.30 reports its use to its makers from Linux and macOS: a lasting device number in the user's cache,
// a database of events, a log in the temporary folder at every start, and uploads. Here nothing of it happens unless
// somebody asks for it (ORT_DISABLE_TELEMETRY=0). It reads the variable when its library is loaded, so this comes first;
// in a thread, where process.env is a copy that native code never sees, it must have been said by the main one.

process.env.ORT_DISABLE_TELEMETRY ??= '1'
