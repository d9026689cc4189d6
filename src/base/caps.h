/* SPDX-License-Identifier: Apache-2.0 */
/* Every limit on what comes from outside, by name, in one place. Bytes unless said otherwise.
 * Going over one gives E_LIMIT or a recorded truncation, never an allocation. */
#ifndef BASE_CAPS_H
#define BASE_CAPS_H

#define KIB (1024u)
#define MIB (1024u * 1024u)
#define GIB (1024ull * 1024u * 1024u)

#define CAP_URL (64u * KIB)        /* longer ones are refused; browsers stop near 2 MiB, archives far earlier */
#define CAP_HTTP_HEAD (512u * KIB) /* status line and header fields of one message; Chromium takes 256 KiB */
#define CAP_HTTP_FIELDS 4096u      /* header fields in one head */
#define CAP_WARC_HEAD (1u * MIB)   /* header of one WARC record; target URIs are repeated in it */
#define CAP_WARC_FIELDS 512u       /* fields in it */
#define CAP_WARC_WINDOW (4u * MIB) /* reader's window over the stored file, and of one inflated piece */
#define CAP_ZSTD_WINDOW_LOG 23u    /* 8 MiB: WARC zstd, section "window" */
#define CAP_ZSTD_DICT (8u * MIB)   /* dictionary of a .warc.zst */
#define CAP_INFLATE_RATIO 1200u /* output per input byte of one gzip or deflate stream; deflate itself ends at 1032 */
#define CAP_INFLATE_FREE (16u * MIB) /* output that any stream may give before the ratio is looked at */
#define CAP_DECODED (256u * MIB)     /* one payload after its content codings are removed */
#define CAP_CODINGS 4u               /* content codings on one message */
#define CAP_FETCH_BODY (512u * MIB)  /* one reply, as served; --max-bytes lowers it */
#define CAP_FETCH_HOPS 20u           /* redirects followed; the fetch standard stops at 20 */
#define CAP_FETCH_SECONDS 300u       /* one reply; --timeout lowers it */
#define CAP_TEXT_PRESCAN 1024u       /* where a page has to say which encoding it is in (HTML standard §4.2.5.4) */
#define CAP_TEXT_HEAD (256u * KIB)   /* where it is looked for when it was not there */
#define CAP_TEXT_GUESS (64u * KIB)   /* shown to uchardet */
#define CAP_HTML (32u * MIB)         /* a page to be read; larger ones are read up to here */
#define CAP_HTML_DEPTH 512u          /* elements open at once; what is no longer open may still be around them */
#define CAP_HTML_NODES (2u * 1000u * 1000u)
#define CAP_HTML_ATTRS 1024u               /* on one element */
#define CAP_HTML_RUNS (1u * 1000u * 1000u) /* pieces of text that do not stand in the page as they are */
#define CAP_HTML_FORMATTING 256u           /* formatting elements (b, font, a …) that wait to be opened again */
#define CAP_JSON_DEPTH 64u                 /* nesting of JSON that we write or accept from outside */
#define CAP_JSONLD (4u * MIB)              /* one JSON-LD script */
#define CAP_ARTICLE (16u * MIB)            /* text and fields that reading one page may give */
#define CAP_NOTE (1u * MIB)                /* a signed note */
#define CAP_NOTE_SIGS 100u                 /* signatures on it */
#define CAP_KEY_NAME 255u                  /* name of a signing key; ours are host names with a path */
#define CAP_KEY_FILE 4096u                 /* a private key is one line of about 100 bytes */
#define CAP_AGE_HEADER (256u * KIB)        /* header of an age file; a hybrid post-quantum stanza has 1.6 KiB */
#define CAP_AGE_STANZAS 128u               /* in it: each costs a multiplication before anything is proved */
#define CAP_AGE_WORK 20u                   /* log2 of scrypt's N: 1 GiB of memory, some seconds */
#define CAP_PASSPHRASE 1024u               /* one line */
#define CAP_KEYRING (64u * KIB)            /* private keys in one file, decrypted */
#define CAP_KEYRING_KEYS 64u               /* each takes a locked page; 8 MiB may be locked by default */
#define CAP_AGENT_MESSAGE (256u * KIB)     /* to and from an ssh-agent, as OpenSSH has it */
#define CAP_AGENT_SECONDS 120u             /* its user may have to say yes */
#define CAP_TOKEN (8u * MIB)               /* a time stamp, a proof, or the certificates for one */
#define CAP_LEAF 65535u                    /* a log entry: its length is a u16 (tlog-tiles) */
#define CAP_RECORD (64u * MIB)             /* one encoded record */
#define CAP_RECORD_FIELDS 4096u
#define CAP_RECORD_NAME 64u
#define CAP_DISCLOSURE (64u * MIB)       /* a record of which some is shown */
#define CAP_DISCLOSURE_PARTS (1u << 20)  /* lines in it: 64 MiB of text */
#define CAP_PROOF 63u                    /* hashes in a proof (RFC 9162 trees below 2^63) */
#define CAP_POLICY (1u * MIB)            /* a policy file */
#define CAP_POLICY_EACH 64u              /* logs, witnesses, groups in it; tlog-policy wants 32 of each at least */
#define CAP_WITNESS_REQUEST (512u * KIB) /* add-checkpoint: a proof of at most 3 KiB, and a checkpoint */
#define CAP_WITNESS_REPLY (128u * KIB)   /* its answer: signature lines */
#define CAP_COSIGN_KEYS 16u              /* of one log that a witness trusts */
#define CAP_HTTPD_HEAD (32u * KIB)       /* request line and fields that our servers take; more is 431 */
#define CAP_HTTPD_CONNECTIONS 64u        /* at the same time; more wait in the system's queue */
#define CAP_HTTPD_IDLE_SECONDS 15u       /* without a byte */
#define CAP_HTTPD_HEAD_SECONDS 20u       /* for a whole head, from the connection or the last answer on */
#define CAP_HTTPD_BODY_SECONDS 60u       /* for a whole body */
#define CAP_PROOF_FILE (2u * MIB)        /* a .tlog-proof, CAP_NOTE in it */
#define CAP_PROOF_EXTRA (64u * KIB)      /* its line "extra" */
#define CAP_OTS (256u * KIB)             /* an .ots file; real ones have a few KiB */
#define CAP_OTS_NODES 16384u         /* operations and attestations in it: at most 64 MiB are moved to compute all */
#define CAP_OTS_DEPTH 256u           /* the file's digest and operations on it: as the reference program has it */
#define CAP_OTS_MSG 4096u            /* an operation's argument and its result, as the reference program has it */
#define CAP_OTS_PAYLOAD 8192u        /* of an attestation, as the reference program has it */
#define CAP_OTS_URI 1000u            /* of a calendar, as the reference program has it */
#define CAP_OTS_REPLY 10000u         /* of a calendar, as the reference program has it */
#define CAP_OTS_HEADERS 20000u       /* block headers given to check against */
#define CAP_TSP_REPLY (64u * KIB)    /* a time-stamping authority's reply; real ones have 3 to 10 KiB */
#define CAP_TSP_CERTS 32u            /* certificates in it */
#define CAP_TSP_DEPTH 48u            /* nesting of its DER; real ones reach 16 */
#define CAP_TSP_PATH 10u             /* certificates between a token and an anchor */
#define CAP_TSP_NONCE 32u            /* bytes of a nonce that we send */
#define CAP_TSP_EVIDENCE (16u * MIB) /* certificates, CRLs and OCSP responses with one token; anchors */
#define CAP_TSP_EVIDENCE_ITEMS 128u  /* how many of them */
#define CAP_TSP_ANCHORS 2000u        /* trusted certificates; a system's store has about 150 */
#define CAP_CDXJ_LINE (256u * KIB)
#define CAP_FRAME (64u * MIB)        /* one message between us and a sandboxed worker */
#define CAP_CDXJ_SORT (512ull * MIB) /* an index that is sorted in memory: about two million captures */
#define CAP_LIST_LINE CAP_URL        /* a line of a list of URLs */
#define CAP_WARC_FILE (1ull * GIB)   /* a WARC file is closed when it is larger */
#define CAP_REC_FILE (64ull * MIB)   /* so is a records file: start-up reads the last one whole */
#define CAP_IMPORT_WORKERS 100u      /* a file whose records end more workers than this is read no further */
#define CAP_WORKER_MEMORY (1536u * MIB)
#define CAP_WORKER_CPU_SECONDS 120u  /* reading one page */
#define CAP_WORKER_WALL_SECONDS 300u /* waiting for one frame of a worker, when many share the processors */

#endif
