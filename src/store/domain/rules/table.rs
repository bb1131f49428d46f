//! What each mutation changes and tells: the table.

/// A mutation, what is told of it in order, and some of what the thing is then like.
pub(super) type Row = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static str,
);

pub(super) const TABLE: &[Row] = &[
    (
        "project",
        r#"{"id": "x"}"#,
        &["project:created"],
        r#"{"version": 1, "workingDir": ""}"#,
    ),
    (
        "patch project",
        r#"{"id": "p", "name": "new", "description": "d"}"#,
        &["project:updated"],
        r#"{"version": 2, "name": "new", "description": "d"}"#,
    ),
    // With it goes all that belongs to it, and nothing more is told.
    ("drop project", r#"{"id": "p"}"#, &["project:deleted"], "{}"),
    (
        "task",
        r#"{"id": "x", "status": "completed", "sessionIds": ["a", "b", "a"]}"#,
        &[
            "task:created",
            "notify:task_completed",
            "task:session_added",
            "session:task_added",
            "task:session_added",
            "session:task_added",
        ],
        r#"{"sessionIds": ["a", "b"], "taskSessionStatuses": {"a": "working", "b": "working"},
            "priority": "medium", "claimedBy": null, "startedAt": null}"#,
    ),
    (
        "patch task",
        r#"{"id": "t", "title": "new", "parentId": null, "priority": "high"}"#,
        &["task:updated"],
        r#"{"title": "new", "version": 2, "priority": "high", "status": "todo"}"#,
    ),
    (
        "patch task",
        r#"{"id": "t", "status": "blocked"}"#,
        &["task:updated", "notify:task_blocked"],
        r#"{"status": "blocked", "completedAt": null}"#,
    ),
    (
        "patch task",
        r#"{"id": "mine", "status": "completed"}"#,
        &["task:updated", "notify:task_completed"],
        r#"{"claimedBy": "a"}"#,
    ),
    // It was so before.
    (
        "patch task",
        r#"{"id": "done", "status": "completed"}"#,
        &["task:updated"],
        r#"{"version": 2}"#,
    ),
    (
        "patch task",
        r#"{"id": "done", "status": "in_progress"}"#,
        &["task:updated"],
        r#"{"completedAt": null}"#,
    ),
    (
        "patch task",
        r#"{"id": "t", "taskSessionStatuses": {"a": "completed"}}"#,
        &["task:updated", "notify:task_session_completed"],
        r#"{"taskSessionStatuses": {"a": "completed"}, "status": "todo"}"#,
    ),
    (
        "patch task",
        r#"{"id": "t", "taskSessionStatuses": {"a": "failed"}, "status": "completed"}"#,
        &[
            "task:updated",
            "notify:task_completed",
            "notify:task_session_failed",
            "notify:task_failed",
        ],
        "{}",
    ),
    (
        "patch task",
        r#"{"id": "t", "taskSessionStatuses": {"a": "working"}}"#,
        &["task:updated"],
        "{}",
    ),
    (
        "patch task",
        r#"{"id": "mine", "claimedBy": null}"#,
        &["task:updated"],
        r#"{"claimedBy": null, "sessionIds": ["a"]}"#,
    ),
    (
        "drop task",
        r#"{"id": "t"}"#,
        &[
            "task:session_removed",
            "session:task_removed",
            "task:updated",
            "task:updated",
            "task:deleted",
        ],
        "{}",
    ),
    (
        "claim",
        r#"{"task": "t", "session": "b"}"#,
        &["task:session_added", "session:task_added", "task:updated"],
        r#"{"claimedBy": "b", "sessionIds": ["a", "b"], "status": "in_progress", "version": 2}"#,
    ),
    (
        "claim",
        r#"{"task": "t", "session": "a"}"#,
        &["task:updated"],
        r#"{"claimedBy": "a", "sessionIds": ["a"]}"#,
    ),
    (
        "claim",
        r#"{"task": "mine", "session": "a"}"#,
        &[],
        r#"{"claimedBy": "a"}"#,
    ),
    (
        "add",
        r#"{"task": "t", "session": "b"}"#,
        &["task:session_added", "session:task_added"],
        r#"{"id": "b", "taskIds": ["t"], "version": 1}"#,
    ),
    (
        "add",
        r#"{"task": "t", "session": "a"}"#,
        &[],
        r#"{"taskIds": ["t", "mine"]}"#,
    ),
    (
        "remove",
        r#"{"task": "t", "session": "a"}"#,
        &["task:session_removed", "session:task_removed"],
        r#"{"id": "a", "taskIds": ["mine"]}"#,
    ),
    // What it had for itself is free.
    (
        "remove",
        r#"{"task": "mine", "session": "a"}"#,
        &[
            "task:session_removed",
            "session:task_removed",
            "task:updated",
        ],
        r#"{"taskIds": ["t"]}"#,
    ),
    (
        "session",
        r#"{"id": "x", "taskIds": ["t"], "metadata": {"k": 1}, "status": "stopped"}"#,
        &[
            "session:created",
            "task:session_added",
            "session:task_added",
        ],
        r#"{"taskIds": ["t"], "metadata": {"k": 1}, "envKeys": [], "needsInput": {"active": false}}"#,
    ),
    (
        "spawn",
        r#"{"id": "x", "taskIds": ["t"], "status": "completed"}"#,
        &[
            "session:created",
            "task:session_added",
            "session:task_added",
            "session:spawn",
        ],
        r#"{"status": "spawning", "envKeys": ["KEY"], "completedAt": null, "taskIds": ["t"]}"#,
    ),
    (
        "spawn",
        r#"{"id": "b", "name": "again", "taskIds": ["t"]}"#,
        &[
            "session:updated",
            "task:session_added",
            "session:task_added",
            "session:spawn",
        ],
        r#"{"status": "spawning", "name": "again", "envKeys": ["KEY"], "taskIds": ["t"]}"#,
    ),
    (
        "patch session",
        r#"{"id": "a", "name": "new", "agentStatus": "reads", "metadata": {"k": 1, "l": null}}"#,
        &["session:updated"],
        r#"{"name": "new", "agentStatus": "reads", "metadata": {"k": 1}, "version": 2}"#,
    ),
    (
        "patch session",
        r#"{"id": "a", "status": "completed"}"#,
        &["session:updated", "notify:session_completed"],
        r#"{"status": "completed"}"#,
    ),
    (
        "patch session",
        r#"{"id": "a", "status": "failed", "reason": "exit"}"#,
        &["session:updated", "notify:session_failed"],
        r#"{"status": "failed"}"#,
    ),
    (
        "patch session",
        r#"{"id": "a", "status": "stopped"}"#,
        &["session:updated"],
        "{}",
    ),
    (
        "patch session",
        r#"{"id": "a", "needsInput": {"active": true, "message": "which?"}}"#,
        &["session:updated", "notify:needs_input"],
        "{}",
    ),
    // What has ended waits for nobody.
    (
        "patch session",
        r#"{"id": "a", "status": "stopped", "needsInput": {"active": true}}"#,
        &["session:updated"],
        r#"{"needsInput": {"active": false}}"#,
    ),
    // Its links, the task that it had, its mail.
    (
        "drop session",
        r#"{"id": "a"}"#,
        &[
            "task:session_removed",
            "session:task_removed",
            "task:session_removed",
            "session:task_removed",
            "task:updated",
            "mail:deleted",
            "session:deleted",
        ],
        "{}",
    ),
    (
        "report",
        r#"{"id": "a", "type": "needs_input", "message": "which?"}"#,
        &["session:updated", "notify:needs_input"],
        "{}",
    ),
    (
        "report",
        r#"{"id": "a", "type": "completed"}"#,
        &["session:updated", "notify:session_completed"],
        r#"{"status": "completed"}"#,
    ),
    (
        "report",
        r#"{"id": "a", "type": "failed", "message": "no disk"}"#,
        &["session:updated", "notify:session_failed"],
        r#"{"status": "failed"}"#,
    ),
    (
        "report",
        r#"{"id": "a", "type": "halfway", "message": "50", "taskId": "t"}"#,
        &["notify:progress"],
        r#"{"version": 1}"#,
    ),
    (
        "timeline",
        r#"{"id": "a", "type": "read", "message": "a file"}"#,
        &["session:updated"],
        r#"{"version": 2}"#,
    ),
    (
        "modal",
        r#"{"id": "a", "type": "session:modal", "modalId": "1", "title": "T", "html": "<p>"}"#,
        &["session:modal"],
        r#"{"version": 1}"#,
    ),
    (
        "modal",
        r#"{"id": "a", "type": "session:modal_action", "modalId": "1", "action": "ok"}"#,
        &["session:modal_action"],
        "{}",
    ),
    (
        "modal",
        r#"{"id": "a", "type": "session:modal_closed", "modalId": "1"}"#,
        &["session:modal_closed"],
        "{}",
    ),
    (
        "member",
        r#"{"id": "x"}"#,
        &["team_member:created"],
        r#"{"status": "active"}"#,
    ),
    (
        "patch member",
        r#"{"id": "m", "role": "reviews"}"#,
        &["team_member:updated"],
        r#"{"role": "reviews", "version": 2}"#,
    ),
    (
        "patch member",
        r#"{"id": "m", "status": "archived"}"#,
        &["team_member:archived"],
        r#"{"status": "archived"}"#,
    ),
    (
        "drop member",
        r#"{"id": "m"}"#,
        &["team_member:deleted"],
        "{}",
    ),
    (
        "mail",
        r#"{"id": "x", "toSessionId": "b"}"#,
        &["mail:received"],
        r#"{"type": "directive", "fromSessionId": "ui:test"}"#,
    ),
    (
        "drop mail",
        r#"{"id": "l"}"#,
        &["mail:deleted"],
        r#"{"id": "l"}"#,
    ),
];
