/** The help of the command line. */
export const manual = {
  manual: {
    program: {
      summary: 'restores damaged photographs on this computer',
      description:
        'Restores damaged photographs on this computer. Originals are never changed. Nothing is sent anywhere except to a queue or storage that a command names.\nWith --json, every command prints one JSON object per line.',
      version: 'print the version',
      help: 'print this help',
      examples: {
        one: 'one photo',
        folder: 'a folder, with one recipe',
        batch: 'a large folder, with a report; continues where it stopped',
        analyse: 'what a photo needs, and why',
        help: 'the help of a command',
      },
    },
    help: {
      summary: 'print the help of a command',
      description: 'Prints the help of a command, or of the program.',
      command: 'the words of the command',
      example: 'the same as emulsion recipes save --help',
    },
    options: {
      json: 'print one JSON object per line',
      userData: 'folder with your recipes and the app’s settings',
      provider: 'processor to use',
      device: 'name of the graphics card to use, where there are several (see emulsion providers)',
      models: 'folder with the generators',
      shipped: 'the ones included',
      enabled:
        'true runs the step even if it is not needed (colorise only on photos without colours); false turns it off',
      recipe: 'name or file of a recipe; default: what each photo needs',
      colour: 'generate colours for black and white photos',
      enlarge: 'enlarge: 2x, 4x, a longer edge (3000px) or a print (30cm, 30cm@240dpi)',
      style: 'paint in the style of a work (see emulsion styles) or of any picture',
      noInfrared: 'leave out what the infrared channel of a film scan shows, as `--set repair.infrared=false` does',
      styleExample: 'paint with an added generator that copies the style of a picture: this one',
      crisp: 'for soft, noisy or compressed photos: adds plausible texture when enlarging',
      out: 'folder for the results (created if missing)',
      format: 'format of the results; default: the photo’s own',
      quality: 'quality for JPEG, WebP and AVIF',
      pages: 'which photos of a file with several pages: all, first, 3 or 2-5',
      split: 'find the prints on each page; each becomes a photo of its own (name-1, name-2 ...)',
      salvage: 'restore files that break off as far as they go',
      negative:
        'develop negatives: auto (the default) develops what is certainly a colour negative and leaves the rest; colour and mono develop every scan',
      filmBase:
        'film base of the roll as three shares of light, such as 0.42,0.19,0.12, or a scan with unexposed film to take it from',
      size: 'reduce results to fit: 2048 (longer edge), 1920x1080, 10x15cm or 4x6in (a print). Nothing is enlarged',
      dpi: 'write this resolution, in pixels per inch (for a print: 300)',
      depth: 'bits per channel; 16 only for png and tiff (as the original)',
      profile: 'convert the colours; adobeRgb is compatible with Adobe RGB (1998)',
      metadata: 'what of the original’s camera data, location and captions results get',
      stripMetadata: 'the same as --metadata none',
      saveChanges: 'beside each result: a mask of every changed pixel (PNG), and SHA256SUMS of originals and results',
      setMeta:
        'say something of the photos, in the metadata of the results: title=…, description=…, people=Ana; Rosa, place=…, date=about 1925 (or EDTF: 1925~, 192X, 1920/1925). An empty text removes it. The date of the scan stays. Can be repeated',
      jobs: 'photos at a time; 0: depends on cores and memory',
      set: 'change a setting of a step, or turn a step on or off; can be repeated',
      language: 'language of the output; default: the app’s setting, then the locale',
      threads: 'CPU threads; 0: all {{count}}',
      none: 'none',
      all: 'all',
    },
    groups: {
      computing: 'PROCESSING OPTIONS',
      restoration: 'RESTORATION OPTIONS',
      output: 'OUTPUT OPTIONS',
      opening: 'OPENING OPTIONS',
      selection: 'SELECTION OPTIONS',
      sharing: 'SHARING OPTIONS',
      recipe: 'RECIPE OPTIONS',
      synthesis: 'SYNTHESIS OPTIONS',
      general: 'GENERAL OPTIONS',
      options: 'OPTIONS',
    },
    restore: {
      summary: 'restore photos, or all photos in folders, into new files',
      about:
        'Restores each photo into a new file and reports what was done and why. Originals are never changed and nothing is overwritten: if a name is taken, a number is added.',
      proposals:
        'Without a recipe, each photo gets what it needs. Folders are mirrored in the output folder. Files that are not photos are skipped, and one failed photo does not stop the others.',
      paths: 'photos and folders',
      edit: 'an edit file saved in the app, for the photo it belongs to',
      crop: 'take only this part of each photo, before everything else: left, top, width and height in pixels (with --edit: write only this part of the edited photo)',
      straighten:
        'turn each photo clockwise by this many degrees, -45 to 45, and leave out the empty corners; a --crop is turned about its middle',
      corners:
        'cut this print out of each page and make it upright: x and y of four corners in pixels, clockwise, the one at the top left of the print first',
      maskOut: 'also write the mask of each repair as a PNG into this folder',
      examples: {
        proposal: 'what the photo needs',
        recipe: 'one recipe for a whole folder',
        own: 'one of your own recipes',
        set: 'what each photo needs, with a more sensitive repair and no noise removal',
        added: 'in addition to what each photo needs',
        crisp: 'for soft, noisy or compressed photos',
        style: 'painted in the style of a work, or of any picture',
        edit: 'the edits made in the app',
        straighten: 'a print that lies a little askew on the scanner',
        corners: 'one print of a page, by its corners',
        split: 'every print on an album page, straightened and restored',
        crop: 'a file that breaks off, cropped to what was read',
        maskOut: 'the masks beside the results',
        web: 'small files for the web, without places',
        saveChanges: 'for an archive: what was changed, and checksums',
        setMeta: 'what is known of the photos of an album',
        json: 'a report that programs can read',
      },
    },
    edit: {
      summary: 'restore one photo for another program',
      about:
        'Restores a photo that another program, such as darktable, digiKam, GIMP or Lightroom, hands over, and ends when it is done. The installed program takes the same arguments; without a recipe it opens its window and ends when the photo is saved or closed.',
      photo: 'the photo',
      inPlace: 'replace exactly this file; its former state is kept in the data folder',
      out: 'folder of the result (that of the photo)',
      former: 'former states of replaced files',
      examples: { inPlace: 'as an external editor', out: 'with a recipe, into a folder' },
    },
    batch: {
      summary: 'restore a whole folder; continues where it stopped',
      about:
        'Restores all photos in a folder into new files in a mirrored folder tree, several at a time. Originals are never changed.',
      journal:
        'A journal in the output folder records what is done. After Ctrl-C or a power cut, the same command continues where it stopped and does nothing twice. At the end it writes a report with every photo before and after.',
      storage:
        'Folders can be s3://bucket/folder; address and keys are read from AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Without --queue and s3://, nothing is sent anywhere.',
      folder: 'folder with the originals; its folders are mirrored',
      name: 'file names of the results; {name}, {folder}, {date} and {recipe} are replaced',
      conflict: 'what to do if a file with that name exists',
      noReport: 'do not write a report',
      include: 'only these files; can be repeated',
      exclude: 'not these files; can be repeated',
      order: 'which photos come first',
      watch: 'keep processing photos that are added to the folder, until Ctrl-C',
      retry: 'try failed and skipped photos again',
      dryRun: 'show what would be done, without writing anything',
      queue:
        'let “emulsion worker” on other computers restore them: redis://host[:port][/db], or rediss:// with TLS. Without an address, that of the variable EMULSION_QUEUE_URL, which may hold a password.',
      queueFile: 'the same; the address stands in this file',
      journalFolder: 'folder on this computer for the record of a batch into S3',
      examples: {
        proposal: 'what each photo needs; run it again to continue where it stopped',
        dryRun: 'which photos would be restored, and where to',
        recipe: 'one recipe, with other file names',
        some: 'some of the photos, with a more sensitive repair',
        split: 'every print on every album page, each as a photo of its own',
        retry: 'failed photos once more',
        queue: 'with workers on many computers',
        storage: 'in S3 storage',
        watch: 'whatever a scanner saves there, for a program',
      },
      files: {
        journal: 'the journal of the batch, needed to continue; can be deleted when the batch is finished',
        report: 'the report: index.html, photos.csv, photos.json',
      },
    },
    worker: {
      summary: 'restore photos of batches that run on other computers',
      about:
        'Takes photos from the queue of “emulsion batch --queue” on other computers and restores them on this one, until Ctrl-C. Photos in progress are then given back to the queue.',
      folders:
        'The pictures are in a folder that all computers share, or in S3. Whatever the queue says, the worker touches nothing outside the folders (or s3://bucket/folder) named here, and replaces files only where originals cannot be. All computers need the same version of Emulsion.',
      queue:
        'redis://host[:port][/db], or rediss:// with TLS. Without an address, that of the variable EMULSION_QUEUE_URL, which may hold a password.',
      queueFile: 'the same; the address stands in this file',
      allow: 'folder that may be read and written; can be repeated',
      read: 'folder of originals, which may only be read; can be repeated',
      map: 'a folder with another name on this computer, also allowed; can be repeated',
      styleExample:
        'a picture whose style batches copy, kept on this computer so that their recipes find it; can be repeated',
      name: 'name of this worker in the batch',
      examples: {
        apart: 'originals are only read, results only written to one folder',
        map: 'the shared folder has another name here',
      },
      exits: {
        done: 'stopped by Ctrl-C or SIGTERM; no half-written files are left',
        halted: 'this computer cannot take photos: no queue, no folder, no processor',
      },
    },
    split: {
      summary: 'cut the prints on a scan apart, each into a photo of its own',
      about:
        'Finds the prints that lie on a scanned page, on a white, black or patterned background, and writes each as an upright photo: page-1, page-2 and so on, by rows from the top left. They are straightened and nothing else; the scan is never changed.',
      scans: 'scanned pages',
      page: 'which page of a file with several',
      examples: {
        one: 'page-1.jpg, page-2.jpg ...',
        json: 'one line per print: corners, angle, file',
        several: 'many pages, as TIFF',
      },
    },
    analyse: {
      summary: 'show what a photo needs, and why, without changing anything',
      about:
        'Measures a photo and reports for each step whether it is needed, with the measured figure. Without a recipe, restore does what is needed here.',
      photo: 'a photo',
      list: 'list the places that a repair would fill, the largest first',
      page: 'which photo of a file with several pages',
      maskOut: 'write the mask of the repair as a PNG (white: to be filled)',
      examples: {
        plain: 'one line per step',
        list: 'the places too, each with its position and size',
        maskOut: 'the mask as a picture',
        json: 'all measurements and the proposed recipe',
      },
    },
    generators: {
      summary: 'list, add, measure, rename and remove generators',
      about:
        'Generators are the nets behind the steps. Some ship with Emulsion; others can be added from ONNX files. Without a command, all are listed.',
      examples: {
        plain: 'one paragraph each',
        json: 'those in a folder, for a program',
        add: 'add a net from a file',
        remove: 'remove it again',
      },
      exits: {
        done: 'all of them are ready',
        failed: 'at least one is damaged or cannot be used',
      },
      list: {
        summary: 'list the installed generators with their measured quality',
        about: 'Lists the generators behind the steps: task, size, licence, measured quality and known limits.',
      },
      add: {
        summary: 'add a net from an ONNX file',
        about:
          'Finds out by trial runs how the net in an ONNX file is used, and copies the file, with its weights, to your own generators. What cannot be found out is asked.',
        file: 'ONNX file, or package of darktable; weights in files beside it are taken along',
        yes: 'take what is proposed where something could not be found out',
        set: 'say it yourself; can be repeated',
        name: 'name in lists; default: that of the file',
        examples: {
          plain: 'add it if nothing is left open',
          yes: 'take the proposals',
          set: 'say what it is for, and that it takes blue first',
          json: 'every decision with its evidence, for a program',
        },
        exits: {
          done: 'it was added',
          failed: 'it cannot be used; the reason is given',
          open: 'something is left open, or the command is wrong',
        },
      },
      benchmark: {
        summary: 'measure how fast generators are on this computer',
        about:
          'Runs the step that uses a generator over a made-up picture of one megapixel, in a process of its own, after it was loaded for a smaller one. Without an id, all that a step can use are measured.',
        id: 'id of one generator',
        everyProvider: 'with each provider that works here, one after the other',
        examples: {
          all: 'measure all of them',
          one: 'measure one, for a program',
          every: 'compare CPU and graphics card',
        },
        exits: { done: 'all of them were measured', failed: 'at least one failed' },
      },
      rename: {
        summary: 'give a generator of yours another name',
        about: 'Changes the name in lists. The id stays the same, so recipes still find it.',
        id: 'id of the generator',
        name: 'new name',
        example: 'rename it',
      },
      remove: {
        summary: 'remove a generator of yours',
        about: 'Deletes the copy of the file and its card. Generators that ship with Emulsion cannot be removed.',
        id: 'id of the generator',
        example: 'remove it',
      },
    },
    providers: {
      summary: 'list, add, remove and reset what computes: CPU and graphics cards',
      about:
        'Providers are the parts of onnxruntime that compute nets on the CPU or on a graphics card. Without a command, all are listed.',
      examples: {
        plain: 'what works here, and why the others do not',
        json: 'the same for a program',
        add: 'add the libraries for CUDA',
        reset: 'try again what crashed or differed',
      },
      list: {
        summary: 'list the providers, and what works here',
        about:
          'Lists what this build of onnxruntime contains. Each provider computes a tiny net in a process of its own, and one that cannot says why. Below it are its graphics cards, and the nets that were compared with the CPU on it.',
      },
      add: {
        summary: 'add the libraries for CUDA from a folder or an archive',
        about:
          'Copies the libraries with which onnxruntime uses CUDA, and TensorRT if it is there, into the data folder, after checking that they belong to this version and this system. Takes a wheel of onnxruntime-gpu, a package Microsoft.ML.OnnxRuntime.Gpu.Linux, a release for GPUs, or a folder with their content. They are programs and run with your rights: add them only from a source that you trust. Nothing is downloaded.',
        path: 'folder, .whl, .nupkg, .zip or .tgz',
        files: 'the copies, with the hash of each',
        examples: {
          wheel: 'from a wheel',
          release: 'from a release',
          folder: 'from a folder, with the libraries of CUDA itself if they are there',
        },
        exits: { done: 'they were added', failed: 'they cannot be used; the reason is given' },
      },
      remove: {
        summary: 'remove the added libraries',
        about: 'Deletes the copies from the data folder.',
        example: 'CUDA is not used any more',
      },
      reset: {
        summary: 'forget what is remembered of nets on providers',
        about:
          'Each net is compared with the CPU when a provider computes it for the first time. A net that differed or crashed is not tried again until the driver, the card or the version changes, or until this command.',
        provider: 'only of this one',
        examples: { all: 'try everything again', one: 'only with WebGPU' },
      },
    },
    styles: {
      summary: 'list the works in whose style photos can be painted',
      about:
        'Lists the styles of the installed generator. The works themselves are not included, only what the generator learned from them.',
      example: 'the names that --style accepts',
      exits: {
        done: 'there are styles',
        failed: 'no style generator is installed',
      },
    },
    recipes: {
      summary: 'list, show, save, validate and remove recipes',
      about:
        'A recipe says which steps a photo goes through, with which settings. Some ship with Emulsion; your own are shared with the app. Without a command, all are listed.',
      examples: {
        all: 'all recipes',
        show: 'what one of them does',
        save: 'save one of your own',
        use: 'use it',
      },
      list: {
        summary: 'list all recipes',
        about: 'Lists the recipes that ship with Emulsion and your own.',
        examples: {
          plain: 'id, name and origin of each',
          json: 'complete recipes, for a program',
        },
        failed: 'one of your recipes cannot be read; the others are listed',
      },
      show: {
        summary: 'show the steps and settings of a recipe',
        about: 'Shows a recipe: its steps in order, with their settings as --set accepts them.',
        name: 'name or file of a recipe',
        examples: {
          plain: 'to read',
          json: 'a recipe file to edit by hand',
        },
      },
      save: {
        summary: 'save a recipe of your own',
        about:
          'Saves a changed copy of a recipe under a name of your own. Unlike with restore, a step that --set turns on still follows the recipe’s gate.',
        name: 'its name, as shown in the app',
        from: 'the recipe to start from',
        gate: 'run steps only where needed, or always',
        replace: 'replace an existing recipe with this name',
        enabled: 'true turns a step on, adding it if missing; false turns it off',
        examples: {
          variant: 'a variant of an included recipe',
          size: 'with another size',
          file: 'a recipe file from somebody else',
          replace: 'change it again',
        },
      },
      validate: {
        summary: 'check recipe files',
        about:
          'Reports for each file whether it is a valid recipe, and where its problems are. Unknown keys count as problems.',
        files: 'recipe files',
        examples: {
          one: 'one file',
          many: 'many, for a program',
        },
        exits: {
          done: 'every file is a valid recipe',
          failed: 'at least one is not valid, or cannot be read',
        },
      },
      remove: {
        summary: 'remove one of your recipes',
        about:
          'Removes one of your own recipes. Included recipes cannot be removed. Photos restored with it do not change.',
        name: 'its name',
        example: 'by id or by name',
      },
    },
    synthesise: {
      summary: 'make training pairs (damaged and clean) from clean photos',
      about:
        'Makes training pairs from a folder of clean photos: a square from a photo, the same square damaged and aged, and a mask of the visible damage. Photos are never changed.',
      details:
        'The same seed always gives the same pairs; asking for more adds to them. The same command continues where it stopped. Each pair has a line in pairs.jsonl that says what was done. In the masks, lines (creases, scratches, hairs) are white and areas (stains, specks, flakes) light grey; grey below 128 is too faint to count as damage.',
      folder: 'folder with clean photos, subfolders included',
      out: 'folder for the pairs, outside the photo folder (created if missing)',
      pairs: 'how many',
      size: 'side length of the square pictures',
      format: 'format of the pictures, lossless',
      seed: 'seed of the random numbers',
      overlays: 'folder with pictures of damage, white on black, such as scanned dust',
      ageing: 'how strongly the pictures are also aged',
      jobs: 'pairs at a time; 0: depends on cores and memory',
      examples: {
        all: '512 pixels, with every kind of damage',
        dust: 'only with scanned dust',
        other: 'other pairs, smaller and less aged',
      },
      exits: {
        done: 'all pairs are there',
        failed:
          'all pairs are there, but some files could not be used (each is named with its reason); or nothing could be done',
        halted: 'stopped by a problem that affects all pairs, such as a full disk; run the same command to continue',
        interrupted: 'interrupted; finished pairs are kept, and the same command continues',
      },
      files: {
        pictures: 'the pictures, 000000.png and so on',
        record: 'one line per pair: photo, position, ageing, damage, damaged share',
        settings: 'the settings, used to continue',
      },
      damage: '{{kinds}}, separated by commas; default: every kind that is available',
    },
    completion: {
      summary: 'print a script that completes commands in a shell',
      about:
        'Prints a script with which a shell completes the commands, options, recipes and settings of Emulsion. Load it when the shell starts.',
      shell: 'the shell',
      bash: 'source <(emulsion completion bash), in ~/.bashrc',
      zsh: 'source <(emulsion completion zsh), in ~/.zshrc after compinit',
      examples: {
        plain: 'the script, on standard output',
        fish: 'saved where fish looks for it',
      },
    },
    titles: {
      name: 'NAME',
      synopsis: 'SYNOPSIS',
      description: 'DESCRIPTION',
      arguments: 'ARGUMENTS',
      commands: 'COMMANDS',
      settings: 'SETTINGS',
      installation: 'INSTALLATION',
      examples: 'EXAMPLES',
      exits: 'EXIT STATUS',
      environment: 'ENVIRONMENT',
      files: 'FILES',
      seeAlso: 'SEE ALSO',
    },
    default: 'default',
    choices: 'choices',
    env: 'used if {{option}} is not given',
    exits: {
      done: 'done',
      failed: 'it could not be done; the reason is on standard error',
      usage: 'the command was not understood; nothing was done',
      interrupted: 'interrupted; finished photos are kept, no half-written files are left',
      photosDone: 'every photo was done, or needed nothing',
      photosFailed: 'at least one photo failed; each is named with its reason',
      halted: 'stopped by a problem that affects all photos, such as a full disk; run the same command to continue',
    },
    ownRecipes: 'your own recipes, shared with the app (see --user-data)',
  },
};
